import { SextantError } from '../../core/errors.js';
import type { Fault } from '../../core/fault.js';
import { LIMITS } from '../limits.js';

/** Gathers everything that is wrong with a request, so that one answer names it all. */
export class Violations {
  readonly faults: Fault[] = [];

  add(path: string, reason: string, suggestion?: string): void {
    this.faults.push(suggestion === undefined ? { path, reason } : { path, reason, suggestion });
  }

  addAll(faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /** @throws SextantError INVALID_FIELD with every violation, where there is one. */
  throwIfAny(): void {
    if (this.faults.length === 0) return;
    const shown = this.faults.slice(0, 3).map(({ path, reason }) => `${path}: ${reason}`);
    const more = this.faults.length > shown.length ? `; and ${this.faults.length - shown.length} more` : '';
    throw new SextantError('INVALID_FIELD', `invalid request: ${shown.join('; ')}${more}`, {
      faults: this.faults,
    });
  }

  /** A finite number in [low, high]; gives `low` in place of a bad one. */
  number(path: string, value: number, { low, high }: { low: number; high: number }): number {
    if (Number.isFinite(value) && value >= low && value <= high) return value;
    this.add(path, `must be a number from ${low} to ${high}, not ${value}`);
    return low;
  }

  /** A whole number in [low, high] from the wire's int64. */
  whole(path: string, value: bigint, { low, high }: { low: bigint; high: bigint }): number {
    if (value >= low && value <= high) return Number(value);
    this.add(path, `must be a whole number from ${low} to ${high}, not ${value}`);
    return Number(low);
  }

  /** A name of the caller's: lower-case letters, digits, `.`, `_` and `-`, at most 63 bytes. */
  name(path: string, value: string): string {
    if (value === '') this.add(path, 'is required');
    else if (!NAME.test(value)) {
      this.add(
        path,
        `must be lower-case letters, digits, ".", "_" or "-", at most ${LIMITS.nameMaxBytes}, and start with a letter or digit`,
      );
    }
    return value;
  }

  /** A text of at most so many UTF-8 bytes without control characters. */
  text(path: string, value: string, { maxBytes, required }: { maxBytes: number; required: boolean }): string {
    if (value === '' && required) this.add(path, 'is required');
    if (Buffer.byteLength(value) > maxBytes) this.add(path, `must be at most ${maxBytes} bytes`);
    // eslint-disable-next-line no-control-regex -- refusing control characters is the point
    if (/[\u0000-\u001f\u007f]/.test(value)) this.add(path, 'must not contain control characters');
    return value;
  }
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
