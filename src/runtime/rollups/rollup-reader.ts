import type { RollupStore } from '../../store/ports.js';
import type { ArmNumbers } from '../arm-numbers.js';
import type { DecisionLogger } from '../decision-logger.js';
import type { RollupRetention } from '../retention.js';
import type { RollupTier } from '../../core/rollup/tier.js';
import type { RollupKeeper } from './rollup-keeper.js';
import { readTimeSeries, type Series, type TimeSeriesQuery } from './time-series.js';

export interface RollupReaderParts {
  readonly store: { readonly rollups: Pick<RollupStore, 'range'> };
  readonly keeper: Pick<RollupKeeper, 'flush'>;
  /** Absent where decisions are not logged: none is counted then. */
  readonly decisionLog: Pick<DecisionLogger, 'flush'> | undefined;
  readonly arms: Pick<ArmNumbers, 'all'>;
  readonly nowMs: () => number;
  readonly keep: RollupRetention | undefined;
}

/** Reads rollups, with everything in them that was acknowledged and decided before the call. */
export class RollupReader {
  constructor(private readonly parts: RollupReaderParts) {}

  /** @throws StoreError. */
  async read(query: TimeSeriesQuery): Promise<readonly Series[]> {
    const { store, keeper, decisionLog, arms } = this.parts;
    await Promise.all([keeper.flush(), decisionLog?.flush()]);
    return readTimeSeries(store.rollups, arms.all, query);
  }

  /** The first time of which a tier still holds everything, as far as retention goes. */
  keptSinceMs(tier: RollupTier): number {
    const keepMs = this.parts.keep?.[tier];
    return keepMs === undefined ? 0 : this.parts.nowMs() - keepMs;
  }
}
