import type { Outcome } from '../outcome/outcome.js';
import type { ArmId } from '../registry/model.js';
import { entryShares, slotAt, type Allocation } from './allocation.js';
import { controlIndex, groupNames, type ExperimentDefinition } from './definition.js';
import { ExperimentHistory } from './experiment-history.js';
import { POSITIONS, type Exposure } from './exposure.js';
import { observedMetric } from './observed-metric.js';
import { emptyClusterSums, observeUnit, SUM, type ClusterSums } from './statistics/cluster-sums.js';
import { comparedVariance } from './statistics/comparison.js';
import { mixtureRhoSquared } from './statistics/confidence-sequence.js';
import { ratioMean } from './statistics/ratio-mean.js';
import { logSampleRatioEvidence } from './statistics/sample-ratio.js';
import { inclusionWeight } from './statistics/weighting.js';
import { UnitTable } from './unit-table.js';

/** Qualities of one model or prompt variant, as the arm's policy routed to it. */
export interface RoutedSums {
  decisions: number;
  qualities: number;
  qualitySum: number;
}

/** What was counted of one group. */
export interface GroupState {
  readonly sums: readonly ClusterSums[];
  /** First attempts that were reported on. */
  decisions: number;
  readonly routed: Map<ArmId, RoutedSums>;
}

export type FoldedExperiment = Pick<ExperimentDefinition, 'arms' | 'holdout' | 'control' | 'metrics'> &
  Pick<ExperimentDefinition, 'unit' | 'alpha' | 'minimumUnits' | 'plannedUnits' | 'covariate'>;

/** An arm that takes no more units, from a position of the log on. */
export interface StoppedGroup {
  readonly group: number;
  readonly sequence: number;
}

/** What a fold reads of the experiment besides its state; both only grow. */
export interface FoldTerms {
  readonly allocation: Allocation;
  readonly stopped: readonly StoppedGroup[];
}

/** Versions of the policy that are listed; a run that saw more has changed too often to be read anyway. */
const VERSIONS_MAX = 16;

/**
 * What one experiment has seen: the fold of the outcomes that carry its number, by unit.
 *
 * Invariants: each outcome of the log is folded once, in the log's order; sums are those of the units' rows, up to
 * rounding. A tuning, once set, never changes.
 */
export class ExperimentState {
  readonly groups: readonly GroupState[];
  readonly units: UnitTable;
  /** ρ² by group and metric, once both arms have their least number of units; 0 before. */
  readonly rhoSquared: readonly Float64Array[];
  /** Units by the phase that let them in, and group. */
  readonly entries: number[][] = [];
  /** The most that ever spoke against the shares of units, as ln of an e-process. */
  largestLogEvidence = 0;
  readonly policyVersions = new Set<string>();
  /** Of a state that an older snapshot brought, from that snapshot on. */
  readonly history = new ExperimentHistory();
  firstEventMs = 0;
  latestEventMs = 0;
  /** Next position of the log to fold. */
  sequence: number;

  constructor(
    readonly number: number,
    readonly definition: FoldedExperiment,
    startSequence: number,
  ) {
    this.sequence = startSequence;
    const { metrics } = definition;
    const names = groupNames(definition);
    this.groups = names.map(() => ({
      sums: metrics.map(emptyClusterSums),
      decisions: 0,
      routed: new Map(),
    }));
    this.rhoSquared = names.map(() => new Float64Array(metrics.length));
    this.units = new UnitTable(metrics.length);
  }

  /** Adds one outcome of the log, whosever it is. A position below `sequence` is passed over. */
  fold(outcome: Outcome, sequence: number, terms: FoldTerms): void {
    if (sequence < this.sequence) return;
    this.sequence = sequence + 1;
    const { exposure } = outcome;
    if (exposure?.experiment !== this.number) return;
    const group = this.groups[exposure.group];
    const weight = inclusionWeight(terms.allocation, exposure);
    if (group === undefined || weight === 0 || outcome.attempt > 0) return;
    this.history.beforeReceipt(outcome.receiveTimeMs, this.groups);
    this.firstEventMs ||= outcome.eventTimeMs;
    this.latestEventMs = Math.max(this.latestEventMs, outcome.eventTimeMs);
    if (this.policyVersions.size < VERSIONS_MAX) this.policyVersions.add(outcome.policyVersion);
    this.countUnit(exposure, outcome, terms);
    countRouted(group, outcome);
    const covariate = exposure.covariate ?? this.definition.covariate?.missing ?? 0;
    this.definition.metrics.forEach((spec, metric) => {
      const value = observedMetric(spec, outcome);
      if (value === undefined) return;
      this.observe(exposure, metric, { weight, value, covariate });
      this.tune(exposure.group, metric);
    });
  }

  /** Every request is a unit of its own: it has one observation a metric, and no row. */
  private get hasRows(): boolean {
    return this.definition.unit.kind !== 'request';
  }

  private observe(
    { position, group }: Exposure,
    metric: number,
    observation: { readonly weight: number; readonly value: number; readonly covariate: number },
  ): void {
    const sums = this.groups[group]!.sums[metric]!;
    if (!this.hasRows) return observeUnit(sums, { x: 0, y: 0, z: 0 }, observation);
    const { row } = this.units.ensure(position, group);
    const totals = this.units.read(row, metric);
    observeUnit(sums, totals, observation);
    this.units.write(row, metric, totals);
  }

  /** Units are counted with their first report: an arm that loses reports is seen as one that loses units. */
  private countUnit(exposure: Exposure, { metric }: Outcome, { allocation, stopped }: FoldTerms): void {
    const isNew = this.hasRows
      ? this.units.ensure(exposure.position, exposure.group).isNew
      : metric === 'execution';
    if (!isNew) return;
    const phase = slotAt(allocation, exposure.position / POSITIONS)?.phase ?? exposure.phase;
    while (this.entries.length <= phase) this.entries.push(this.groups.map(() => 0));
    this.entries[phase]![exposure.group]! += 1;
    const out = new Set(stopped.filter((stop) => stop.sequence < this.sequence).map(({ group }) => group));
    this.largestLogEvidence = Math.max(this.largestLogEvidence, this.logEvidence(allocation, out));
  }

  /**
   * Units that came in with one phase were drawn by what each group gained with it: phases are tests of their own. Once
   * an arm was stopped, the others are tested among themselves.
   */
  private logEvidence(allocation: Allocation, out: ReadonlySet<number>): number {
    return this.entries.reduce((sum, counts, phase) => {
      const shares = entryShares(allocation, phase).map((share, group) => (out.has(group) ? 0 : share));
      const total = shares.reduce((a, b) => a + b, 0);
      if (total === 0) return sum;
      const left = counts.map((count, group) => (out.has(group) ? 0 : count));
      return sum + logSampleRatioEvidence(left, total === 1 ? shares : shares.map((share) => share / total));
    }, 0);
  }

  /** Fixes where always-valid intervals of the arm are narrowest, as soon as anything may be said of it. */
  private tune(group: number, metric: number): void {
    const control = controlIndex(this.definition);
    if (group !== control) return this.tuneAgainst(control, group, metric);
    for (let other = 0; other < this.definition.arms.length; other++) {
      if (other !== control) this.tuneAgainst(control, other, metric);
    }
  }

  private tuneAgainst(control: number, group: number, metric: number): void {
    const { minimumUnits, plannedUnits, arms } = this.definition;
    if (this.rhoSquared[group]![metric]! > 0 || group >= arms.length) return;
    const pair = [control, group].map((k) => this.groups[k]!.sums[metric]!);
    const fewest = Math.min(...pair.map((sums) => sums[SUM.n]!));
    if (fewest < minimumUnits) return;
    const variance = comparedVariance(ratioMean(pair[0]!), ratioMean(pair[1]!));
    if (!(variance > 0)) return;
    const planned = (variance * plannedUnits) / fewest;
    this.rhoSquared[group]![metric] = mixtureRhoSquared(planned, comparisonAlpha(this.definition));
  }
}

/** α of each comparison with control: shared evenly, so that all of them hold together (Bonferroni). */
export const comparisonAlpha = ({ alpha, arms }: Pick<ExperimentDefinition, 'alpha' | 'arms'>): number =>
  alpha / Math.max(1, arms.length - 1);

function countRouted(group: GroupState, { armId, execution, quality }: Outcome): void {
  let routed = group.routed.get(armId);
  if (routed === undefined) group.routed.set(armId, (routed = { decisions: 0, qualities: 0, qualitySum: 0 }));
  if (execution !== undefined) {
    group.decisions += 1;
    routed.decisions += 1;
  }
  if (quality !== undefined) {
    routed.qualities += 1;
    routed.qualitySum += quality.value;
  }
}
