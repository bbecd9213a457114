import { grow, NO_ALLOCATION, slotAt, type Allocation } from '../../src/core/experiment/allocation.js';
import { groupWeights, type ExperimentDefinition } from '../../src/core/experiment/definition.js';
import { ExperimentState } from '../../src/core/experiment/experiment-state.js';
import { POSITIONS } from '../../src/core/experiment/exposure.js';
import { comparisonsOf } from '../../src/core/experiment/result.js';
import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { Rng } from '../../src/core/random.js';
import type { ArmId } from '../../src/core/registry/model.js';

/** One request of a simulated experiment. */
export interface SimulatedRequest {
  /** Number of the user. */
  readonly user: number;
  /** What is measured of it, by the arm that it is drawn into. */
  readonly value: (arm: number) => number;
  /** The mean of that, given all that came before; absent where arms are alike at all times. */
  readonly expected?: (arm: number) => number;
}

/** How traffic comes: users, their requests in order, and when the ramp goes on. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly definition: ExperimentDefinition;
  /** Shares of the arms by phase, and the request with which each phase begins. */
  readonly phases: readonly { readonly fromRequest: number; readonly shares: readonly number[] }[];
  readonly requests: (rng: Rng) => Iterable<SimulatedRequest>;
}

/** What looking at every step would have made of one experiment. */
export interface Peeked {
  /** Whether the always-valid interval ever left out the difference of the running conditional means: zero where arms are alike. */
  readonly alwaysValid: boolean;
  /** Whether the fixed-horizon interval ever did: what peeking does to it. */
  readonly fixedPeeked: boolean;
  /** Whether the fixed-horizon interval did at the end. */
  readonly fixedAtEnd: boolean;
  readonly sampleRatioAlarm: boolean;
  readonly difference: number;
  readonly standardError: number;
}

const OUTCOME = {
  decisionId: '01900000-0000-7000-8000-000000000001' as DecisionId,
  attempt: 0,
  digest: '0000000000000000',
  tenant: 'bench' as TenantId,
  useCase: 'bench' as UseCase,
  segment: 'all',
  armId: 1 as ArmId,
  eventTimeMs: 1_770_000_000_000,
  receiveTimeMs: 1_770_000_000_000,
  propensityQ16: 65_536,
  expectedQualityQ16: 0,
  expectedCostNanoUsd: 0,
  policyVersion: '0000000000000000',
} as const;

/** Plays one experiment through the server's own fold, and looks at it after every report. */
export function peek(scenario: Scenario, rng: Rng): Peeked {
  const { definition, phases } = scenario;
  const state = new ExperimentState(1, definition, 0);
  const positions = new Map<number, number>();
  let allocation: Allocation = NO_ALLOCATION;
  let [alwaysValid, fixedPeeked, sequence, request] = [false, false, 0, 0];
  let last: ReturnType<typeof comparisonsOf>[number];
  let fixedAtEnd = false;
  const expectedSums = [0, 0];
  const counts = [0, 0];
  const isLatency = definition.metrics[0]!.metric === 'latency';
  for (const { user, value, expected } of scenario.requests(rng)) {
    const next = phases[allocation.shares.length];
    if (next !== undefined && request >= next.fromRequest) allocation = grow(allocation, next.shares);
    request += 1;
    let position = positions.get(user);
    if (position === undefined) positions.set(user, (position = Math.floor(rng() * POSITIONS)));
    const slot = slotAt(allocation, position / POSITIONS);
    if (slot === undefined) continue;
    const { group } = slot;
    const exposure = { experiment: 1, group, phase: allocation.shares.length - 1, position };
    expectedSums[group]! += expected?.(group) ?? 0;
    counts[group]! += 1;
    const measured = value(group);
    const outcome: Outcome = isLatency
      ? {
          ...OUTCOME,
          metric: 'execution',
          execution: { status: 'success', latencyMs: measured },
          exposure,
        }
      : { ...OUTCOME, metric: 'quality', quality: { value: measured, source: '' }, exposure };
    state.fold(outcome, sequence++, { allocation, stopped: [] });
    const comparison = comparisonsOf(state, 0)[1];
    if (comparison === undefined) continue;
    last = comparison;
    const truth = expectedSums[1]! / counts[1]! - expectedSums[0]! / counts[0]!;
    alwaysValid ||= leavesOut(comparison.alwaysValid, truth);
    fixedAtEnd = leavesOut(comparison.fixed, truth);
    fixedPeeked ||= fixedAtEnd;
  }
  return {
    alwaysValid,
    fixedPeeked,
    fixedAtEnd,
    sampleRatioAlarm: Math.exp(-state.largestLogEvidence) < 0.001,
    difference: last?.difference ?? NaN,
    standardError: last?.standardError ?? NaN,
  };
}

const leavesOut = (
  interval: { readonly low: number; readonly high: number } | undefined,
  truth: number,
): boolean => interval !== undefined && (interval.low > truth || interval.high < truth);

/** Two arms of one metric, as an experiment of the bench has them. */
export function twoArms(changes: Partial<ExperimentDefinition> = {}): ExperimentDefinition {
  return {
    id: 'bench',
    description: '',
    layer: 'default',
    slice: { from: 0, to: 1 },
    allTenants: false,
    unit: { kind: 'attribute', name: 'user' },
    salt: 'bench',
    arms: [
      { id: 'control', weight: 0.5, change: {} },
      { id: 'treatment', weight: 0.5, change: {} },
    ],
    control: 'control',
    holdout: 0,
    ramp: 1,
    metrics: [{ metric: 'quality' }],
    guardrails: [],
    alpha: 0.05,
    minimumUnits: 100,
    plannedUnits: 400,
    ...changes,
  };
}

/** One phase at the definition's weights. */
export const atOnce = (definition: ExperimentDefinition): Scenario['phases'] => [
  { fromRequest: 0, shares: groupWeights(definition) },
];
