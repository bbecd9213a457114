import { existsSync, readFileSync } from 'node:fs';
import { figuresPath, isAtLength, keepFigures } from './figures.js';

const MINUTES_MAX = 30;
const MS_PER_MINUTE = 60_000;
/** Time that a round and the closing checks may take beyond the budget. */
const GRACE_MS = 240_000;

interface Kept {
  readonly target: number;
  done: number;
  minutes: number;
  readonly figures: Record<string, number>;
}

export interface TortureOptions {
  /** Names the file of figures, build/torture/NAME.json. */
  readonly name: string;
  /** Rounds in `make test`. */
  readonly short: number;
  /** Rounds in `make torture-…`. */
  readonly full: number;
}

/**
 * One kind of torture: some rounds in `make test`, all of them where SEXTANT_TORTURE is set. At length it ends when its
 * time is up, and goes on from there when it is run again; its figures add up in one file. Without that file it starts
 * anew.
 */
export class TortureRun {
  readonly isFull = isAtLength;
  /** For vitest. */
  readonly timeoutMs: number;
  /** Of the random instants. */
  readonly seed: bigint;
  private readonly kept: Kept;
  private readonly startedMs = Date.now();
  private readonly budgetMs: number;

  constructor(private readonly options: TortureOptions) {
    const { short, full } = options;
    const minutes = Number(process.env['SEXTANT_TORTURE_MINUTES'] ?? MINUTES_MAX);
    this.budgetMs = this.isFull ? Math.min(minutes, MINUTES_MAX) * MS_PER_MINUTE : Infinity;
    this.timeoutMs = this.isFull ? this.budgetMs + GRACE_MS : 60_000 + short * 30_000;
    this.seed = BigInt(process.env['SEXTANT_SEED'] ?? Date.now());
    const target = this.isFull ? Number(process.env['SEXTANT_TORTURE_ROUNDS'] ?? full) : short;
    this.kept = (this.isFull && earlier(figuresPath(options.name), target)) || {
      target,
      done: 0,
      minutes: 0,
      figures: {},
    };
  }

  get target(): number {
    return this.kept.target;
  }

  /** For a test's title. */
  get rounds(): string {
    return this.isFull ? `${this.target} times in all` : `${this.target} times`;
  }

  /** Numbers of the rounds that are left, from 1, until all are done or time is up. */
  *left(): Generator<number> {
    while (this.kept.done < this.target && Date.now() - this.startedMs < this.budgetMs) {
      const round = this.kept.done + 1;
      yield round;
      this.kept.done = round;
      this.keep();
    }
    this.say();
  }

  /** Adds to figures. */
  add(figures: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(figures))
      this.kept.figures[name] = (this.kept.figures[name] ?? 0) + value;
  }

  /** Keeps the largest of a figure. */
  largest(name: string, value: number): void {
    this.kept.figures[name] = Math.max(this.kept.figures[name] ?? 0, value);
  }

  figure(name: string): number {
    return this.kept.figures[name] ?? 0;
  }

  /** Whether all rounds are done. */
  get isComplete(): boolean {
    return this.kept.done >= this.target;
  }

  private keep(): void {
    if (!this.isFull) return;
    const { target, done, minutes, figures } = this.kept;
    const soFar = minutes + (Date.now() - this.startedMs) / MS_PER_MINUTE;
    keepFigures(this.options.name, { target, done, minutes: Math.round(soFar * 10) / 10, ...figures });
  }

  private say(): void {
    const { done, figures } = this.kept;
    const told = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`);
    console.log([`${this.options.name}: ${done} of ${this.target} rounds`, ...told].join(', '));
  }
}

/** What an earlier run did; one with another target starts anew. */
function earlier(path: string, target: number): Kept | undefined {
  if (!existsSync(path)) return undefined;
  const {
    date: _,
    target: before,
    done,
    minutes,
    ...figures
  } = JSON.parse(readFileSync(path, 'utf8')) as {
    date: string;
    target: number;
    done: number;
    minutes: number;
  };
  return before === target ? { target, done, minutes, figures } : undefined;
}
