import type { Actor } from '../../core/audit/audit-entry.js';
import { assign, covers, unitOf, type Assignable } from '../../core/experiment/assign.js';
import { HOLDOUT, type ExperimentDefinition } from '../../core/experiment/definition.js';
import { ExperimentState, type FoldTerms } from '../../core/experiment/experiment-state.js';
import type { Exposure } from '../../core/experiment/exposure.js';
import { definitionOf } from '../../core/experiment/parse-experiments.js';
import type { DecisionId } from '../../core/ids.js';
import { LearningState } from '../../core/learning/learning-state.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import type { Pin } from '../../core/selection/pin-candidates.js';
import { contextLayoutOf, type Policy } from '../../core/selection/policy.js';
import type { Question } from '../../core/selection/question.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import { decodeLearning, encodeLearning } from '../../store/learning-codec.js';
import { StoreError } from '../../store/store-error.js';
import type { OutcomeLog } from '../../store/ports.js';
import type { StartedExperiment } from './experiment-document.js';
import { decodeExperimentState } from './experiment-snapshot.js';
import { unitPosition } from './unit-position.js';

/** Units of one experiment whose rows are kept in memory; later ones are decided as if there were none. */
export const UNITS_MAX = 1_000_000;

/** Names of an experiment and of one of its groups. */
export interface ExperimentMember {
  readonly experiment: string;
  readonly arm: string;
}

/** What a decision of an experiment is taken with. */
export interface Routed {
  /** Absent where the request is none of a group's: it is decided as if there were no experiment. */
  readonly exposure?: Exposure;
  /** For people; with `exposure`. */
  readonly member?: ExperimentMember;
  readonly snapshot: DecisionSnapshot;
  readonly pin: Pin;
}

/** The parts of arms that follow what is in force. */
export interface ArmSnapshots {
  /** By arm. */
  readonly arms: readonly DecisionSnapshot[];
  /** For the holdout, and for requests that it is about and that are in no group. */
  readonly others: DecisionSnapshot;
}

const NO_PIN: Pin = {};

/** One experiment that was started: what it has seen, and what its arms believe. */
export class RunningExperiment {
  readonly number: number;
  readonly definition: ExperimentDefinition;
  state: ExperimentState;
  /** By arm; none once it has ended. */
  learning: readonly LearningState[] = [];
  snapshots: ArmSnapshots | undefined;
  terms: FoldTerms;
  private stoppedGroups: ReadonlySet<number>;
  /** Beliefs of arms as the newest snapshot has them, until they are asked for. */
  private keptLearning: readonly Uint8Array[] = [];

  constructor(
    private current: StartedExperiment,
    public revision: number,
  ) {
    this.number = current.number;
    this.definition = definitionOf(current.entry);
    this.state = new ExperimentState(current.number, this.definition, current.startSequence);
    this.terms = this.termsOf(current);
    this.stoppedGroups = new Set(this.terms.stopped.map(({ group }) => group));
  }

  get started(): StartedExperiment {
    return this.current;
  }

  /** What was written takes hold. */
  become(started: StartedExperiment, revision: number): void {
    this.current = started;
    this.revision = revision;
    this.terms = this.termsOf(started);
    this.stoppedGroups = new Set(this.terms.stopped.map(({ group }) => group));
    if (!this.isRunning) [this.learning, this.snapshots] = [[], undefined];
  }

  get isRunning(): boolean {
    return !this.current.stops.some(({ arm }) => arm === undefined);
  }

  isStopped(group: number): boolean {
    return this.stoppedGroups.has(group);
  }

  isVisibleTo(tenant: Actor['tenant']): boolean {
    return this.definition.allTenants || this.current.tenant === tenant;
  }

  /** Share of the requests it is about that its arms decide. */
  get share(): number {
    const { slice, arms } = this.definition;
    const shares = this.current.allocation.shares.at(-1)!.slice(0, arms.length);
    const live = shares.filter((_, group) => !this.isStopped(group));
    return (slice.to - slice.from) * live.reduce((sum, share) => sum + share, 0);
  }

  /** Where a request belongs; nothing where the experiment is not about it. @param decisionId absent where none is taken. */
  route(question: Question, decisionId: DecisionId | undefined): Routed | undefined {
    const { snapshots } = this;
    if (snapshots === undefined || !covers(this.assignable, question)) return undefined;
    const others = { snapshot: snapshots.others, pin: NO_PIN };
    const unit = unitOf(this.definition, question, decisionId);
    if (unit === undefined) return others;
    const exposure = assign(this.assignable, question, { unit, position: unitPosition });
    if (exposure === undefined || this.isStopped(exposure.group)) return others;
    if (this.state.units.size >= UNITS_MAX && !this.state.units.has(exposure.position)) return others;
    const arm = this.definition.arms[exposure.group];
    const member = { experiment: this.definition.id, arm: arm?.id ?? HOLDOUT };
    if (arm === undefined) return { ...others, exposure, member };
    return { exposure, member, snapshot: snapshots.arms[exposure.group]!, pin: arm.change };
  }

  fold(outcome: Outcome, sequence: number): void {
    this.state.fold(outcome, sequence, this.terms);
    this.foldArms(this.learning, outcome, sequence);
  }

  /** Brings the state up to the log's end from what a snapshot kept. */
  async recover(kept: Uint8Array | undefined, log: OutcomeLog): Promise<void> {
    const { number, definition } = this;
    const found = kept && decodeExperimentState(kept, number, definition);
    // A snapshot ahead of the log would hide outcomes that are not there.
    if (found !== undefined && found.state.sequence <= log.head()) {
      this.state = found.state;
      this.keptLearning = found.learning;
    }
    // Outcomes only leave the log once a snapshot holds them.
    if (this.state.sequence < log.base())
      throw new StoreError(
        'STORE_CORRUPT',
        `outcomes before ${log.base()} are in no snapshot of an experiment`,
      );
    for await (const { firstSequence, outcomes } of log.read(this.state.sequence)) {
      outcomes.forEach((outcome, i) => this.state.fold(outcome, firstSequence + i, this.terms));
    }
  }

  /**
   * Makes beliefs ready under these policies, one an arm; those in use go on meanwhile.
   * @param common what all have learned by the start, where this is the start.
   */
  async learn(
    policies: readonly Policy[],
    log: OutcomeLog,
    learnedTo: () => number,
    common?: LearningState,
  ): Promise<void> {
    const next = policies.map((policy, arm) => this.stateFor(policy, arm, common));
    const fresh = next.filter((state) => !this.learning.includes(state));
    // Under other half-lives, what retention took away was learned in vain.
    for (const state of fresh) if (state.sequence < log.base()) state.skipTo(log.base());
    const least = (): number => Math.min(...fresh.map(({ sequence }) => sequence));
    // What is folded into the others while the last block is read is in the log by then.
    while (fresh.length > 0 && least() < Math.max(learnedTo(), log.head())) {
      for await (const { firstSequence, outcomes } of log.read(least())) {
        outcomes.forEach((outcome, i) => this.foldArms(next, outcome, firstSequence + i, fresh));
      }
    }
    // In the same turn as the last look at the log, so that nothing is folded in between.
    this.learning = next;
    this.keptLearning = [];
  }

  /** Nothing that was reported before now is of an arm. */
  begin(sequence: number): void {
    this.state.sequence = sequence;
    for (const state of this.learning) state.skipTo(sequence);
  }

  private stateFor({ bandit, ...rest }: Policy, arm: number, common?: LearningState): LearningState {
    const layout = contextLayoutOf({ bandit, ...rest });
    const inUse = this.learning[arm];
    const empty = new LearningState(bandit.halfLives, layout);
    if (inUse?.version === empty.version) return inUse;
    const kept = common?.version === empty.version ? encodeLearning(common) : this.keptLearning[arm];
    const found =
      kept === undefined || kept.length === 0 ? undefined : decodeLearning(kept, bandit.halfLives, layout);
    return found ?? empty;
  }

  /** An arm learns from what all had learned when it was started, and then from its own decisions alone. */
  private foldArms(
    states: readonly LearningState[],
    outcome: Outcome,
    sequence: number,
    only: readonly LearningState[] = states,
  ): void {
    const { exposure } = outcome;
    states.forEach((state, arm) => {
      if (sequence < state.sequence || (only !== states && !only.includes(state))) return;
      const isOwn = exposure?.experiment === this.number && exposure.group === arm;
      if (isOwn || sequence < this.current.startSequence) state.fold(outcome, sequence);
      else state.skipTo(sequence + 1);
    });
  }

  private get assignable(): Assignable {
    const { number, definition, current } = this;
    return { number, definition, tenant: current.tenant, allocation: current.allocation };
  }

  private termsOf({ allocation, stops }: StartedExperiment): FoldTerms {
    const groupOf = (arm: string): number => this.definition.arms.findIndex(({ id }) => id === arm);
    const stopped = stops.flatMap(({ arm, sequence }) =>
      arm === undefined ? [] : [{ group: groupOf(arm), sequence }],
    );
    return { allocation, stopped };
  }
}
