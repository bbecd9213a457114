import type { UnitTotals } from './statistics/cluster-sums.js';

const FIELDS = 3;

/** What every unit has brought so far, by its position: per metric the weighted count, sum, and the covariate's sum. */
export class UnitTable {
  private readonly rows = new Map<number, number>();
  private totals: Float64Array;
  private groups: Uint8Array;

  constructor(
    private readonly metrics: number,
    capacity = 1_024,
  ) {
    this.totals = new Float64Array(capacity * metrics * FIELDS);
    this.groups = new Uint8Array(capacity);
  }

  get size(): number {
    return this.rows.size;
  }

  has(position: number): boolean {
    return this.rows.has(position);
  }

  /** The row of a unit, made where there is none. */
  ensure(position: number, group: number): { readonly row: number; readonly isNew: boolean } {
    const known = this.rows.get(position);
    if (known !== undefined) return { row: known, isNew: false };
    const row = this.rows.size;
    if (row === this.groups.length) this.enlarge();
    this.rows.set(position, row);
    this.groups[row] = group;
    return { row, isNew: true };
  }

  read(row: number, metric: number): UnitTotals {
    const at = (row * this.metrics + metric) * FIELDS;
    return { x: this.totals[at]!, y: this.totals[at + 1]!, z: this.totals[at + 2]! };
  }

  write(row: number, metric: number, { x, y, z }: UnitTotals): void {
    this.totals.set([x, y, z], (row * this.metrics + metric) * FIELDS);
  }

  /** Everything, in the order in which units came. For the codec of snapshots alone. */
  content(): { readonly positions: number[]; readonly groups: Uint8Array; readonly totals: Float64Array } {
    return {
      positions: [...this.rows.keys()],
      groups: this.groups.subarray(0, this.size),
      totals: this.totals.subarray(0, this.size * this.metrics * FIELDS),
    };
  }

  /** Puts back what `content` gave. @throws RangeError where lengths do not fit together. */
  restore(positions: readonly number[], groups: Uint8Array, totals: ArrayLike<number>): void {
    if (groups.length !== positions.length || totals.length !== positions.length * this.metrics * FIELDS)
      throw new RangeError('rows of units do not fit together');
    positions.forEach((position, row) => this.ensure(position, groups[row]!));
    this.totals.set(totals);
  }

  private enlarge(): void {
    const totals = new Float64Array(this.totals.length * 2);
    totals.set(this.totals);
    this.totals = totals;
    const groups = new Uint8Array(this.groups.length * 2);
    groups.set(this.groups);
    this.groups = groups;
  }
}
