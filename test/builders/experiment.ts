import { twoArms } from '../../bench/experiments/simulate.js';
import { grow, NO_ALLOCATION, type Allocation } from '../../src/core/experiment/allocation.js';
import { groupWeights, type ExperimentDefinition } from '../../src/core/experiment/definition.js';
import { ExperimentState, type StoppedGroup } from '../../src/core/experiment/experiment-state.js';
import { POSITIONS, type Exposure } from '../../src/core/experiment/exposure.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

/** Two arms of half the users each, compared by quality, but for what a test says. */
export const definitionOf = (changes: Partial<ExperimentDefinition> = {}): ExperimentDefinition =>
  twoArms({ id: 'cheaper', salt: 'cheaper', minimumUnits: 30, plannedUnits: 300, ...changes });

/** An allocation in one phase, at the whole ramp. */
export const allocationOf = (definition: ExperimentDefinition): Allocation =>
  grow(NO_ALLOCATION, groupWeights(definition));

/** An experiment's state that outcomes are folded into one after the other. */
export class FoldedRun {
  readonly state: ExperimentState;
  private next = 0;
  stopped: readonly StoppedGroup[] = [];

  constructor(
    readonly definition: ExperimentDefinition,
    public allocation: Allocation = allocationOf(definition),
  ) {
    this.state = new ExperimentState(1, definition, 0);
  }

  fold(outcome: Outcome): void {
    this.state.fold(outcome, this.next++, { allocation: this.allocation, stopped: this.stopped });
  }

  /** A quality of one unit; the unit's position is in the middle of its group's slots, apart from others'. */
  quality(exposure: Pick<Exposure, 'group' | 'position'> & Partial<Exposure>, value: number): void {
    this.fold(
      qualityOf(1, {
        quality: { value, source: '' },
        exposure: { experiment: 1, phase: this.allocation.shares.length - 1, ...exposure },
      }),
    );
  }

  /** An execution of one unit, with what a test is about. */
  execution(
    exposure: Pick<Exposure, 'group' | 'position'> & Partial<Exposure>,
    execution: Partial<NonNullable<Outcome['execution']>> = {},
  ): void {
    this.fold(
      outcomeOf(1, {
        execution: { status: 'success', ...execution },
        exposure: { experiment: 1, phase: this.allocation.shares.length - 1, ...exposure },
      }),
    );
  }
}

/** The whole number of a position in [0, 1). */
export const positionAt = (share: number): number => Math.floor(share * POSITIONS);
