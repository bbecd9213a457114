import type { Logger } from 'pino';
import type { PolicyFolder } from '../../config/policy-files.js';
import type { Actor, AuditAction } from '../../core/audit/audit-entry.js';
import { SextantError } from '../../core/errors.js';
import { describeFault, type Fault } from '../../core/fault.js';
import { grow, NO_ALLOCATION } from '../../core/experiment/allocation.js';
import { groupWeights, HOLDOUT } from '../../core/experiment/definition.js';
import type { DeclaredExperiment } from '../../core/experiment/parse-experiments.js';
import { trippedGuardrails } from '../../core/experiment/result.js';
import type { DecisionId, TenantId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import type { Policy } from '../../core/selection/policy.js';
import type { Question } from '../../core/selection/question.js';
import type { DocumentStore, OutcomeLog } from '../../store/ports.js';
import { SerialQueue } from '../../store/serial-queue.js';
import type { AuditLog } from '../audit-log.js';
import { armPolicies, armSnapshots } from './arm-policies.js';
import { grownOrThrow, keptFiles, refuseClashes, refused, type KeptFrom } from './experiment-admission.js';
import { decodeExperiment, encodeExperiment, type StartedExperiment } from './experiment-document.js';
import { ExperimentSnapshots } from './experiment-snapshots.js';
import { RunningExperiment, type Routed } from './running-experiment.js';

export const EXPERIMENT_KIND = 'experiment';

export interface ExperimentKeeperParts extends KeptFrom {
  readonly documents: DocumentStore;
  readonly outcomes: OutcomeLog;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Next position of the log that the learning state will fold. */
  readonly learnedTo: () => number;
  readonly snapshotEveryOutcomes: number;
}

/** Who changes an experiment, and why. */
export interface ExperimentChange {
  readonly actor: Actor;
  readonly reason: string;
}

/** Owns the experiments that were started: who is in them, what they saw, and their arms' own beliefs. */
export class ExperimentKeeper {
  private readonly runs = new Map<string, RunningExperiment>();
  private readonly changes = new SerialQueue();
  private readonly snapshots: ExperimentSnapshots;
  private isRecovered = false;
  /** Arms that guardrails stopped since the start. */
  guardrailStops = 0;

  private constructor(private readonly parts: ExperimentKeeperParts) {
    this.snapshots = new ExperimentSnapshots(parts.documents, parts.logger, parts.snapshotEveryOutcomes);
  }

  /** @throws StoreError where the store cannot be read. */
  static async open(parts: ExperimentKeeperParts): Promise<ExperimentKeeper> {
    const keeper = new ExperimentKeeper(parts);
    for (const { body, revision } of await parts.documents.list(EXPERIMENT_KIND)) {
      const run = new RunningExperiment(decodeExperiment(body), revision);
      keeper.runs.set(run.definition.id, run);
    }
    return keeper;
  }

  /** All that were started, the newest last. */
  get all(): readonly RunningExperiment[] {
    return [...this.runs.values()].sort((a, b) => a.number - b.number);
  }

  private get running(): readonly RunningExperiment[] {
    return this.all.filter(({ isRunning }) => isRunning);
  }

  /** What stands against a policy while experiments run. */
  objections(policy: Policy): Fault[] {
    return this.running.flatMap((run): Fault[] => {
      const { entry } = run.started;
      const at = policy.experiments.findIndex(({ definition }) => definition.id === entry.id);
      const declared = policy.experiments[at];
      const path = `experiments[${at}]`;
      if (declared !== undefined && JSON.stringify(declared.entry) !== JSON.stringify(entry)) {
        const reason = `"${entry.id}" is running: stop it before its definition changes`;
        return [{ file: 'experiments.json', path, reason }];
      }
      // What a kept version has is no matter of the policy: such an experiment waits, and the log says so.
      const policies = armPolicies(run, policy);
      if (policies.ok || run.started.files.size > 0) return [];
      return policies.faults.map(({ path: where, reason }) => ({
        path: where,
        reason: `${reason}, and the experiment is running`,
      }));
    });
  }

  /** Makes every arm's beliefs ready for a policy, before it is in force; the first time, out of the store. */
  async adopt(policy: Policy): Promise<void> {
    const { outcomes, learnedTo } = this.parts;
    if (!this.isRecovered) {
      for (const run of this.all) await run.recover(await this.snapshots.load(run), outcomes);
      this.isRecovered = true;
    }
    for (const run of this.running) {
      const policies = armPolicies(run, policy);
      if (policies.ok) await run.learn(policies.value, outcomes, learnedTo);
      else this.complain(run, policies.faults);
    }
  }

  /** Policy, models or prompts in force are others now. */
  follow(): void {
    const inForce = this.parts.inForce();
    const { running } = this;
    for (const run of running) {
      const policies = armPolicies(run, inForce.snapshot.policy);
      run.snapshots = policies.ok ? armSnapshots(run, policies.value, inForce, running) : undefined;
    }
  }

  /** Where a request belongs, if an experiment is about it. Writes nothing. */
  route(question: Question, decisionId: DecisionId): Routed | undefined {
    let others: Routed | undefined;
    for (const run of this.runs.values()) {
      const routed = run.route(question, decisionId);
      if (routed?.exposure !== undefined) return routed;
      others ??= routed;
    }
    return others;
  }

  /** Makes what was folded of outcomes before a position durable, as they are about to leave the log. @throws StoreError. */
  keepUpTo(toSequence: number): Promise<void> {
    return this.changes.run(() => this.snapshots.keepUpTo(this.all, toSequence));
  }

  recorded(outcome: Outcome, sequence: number): void {
    for (const run of this.runs.values()) {
      run.fold(outcome, sequence);
      this.snapshots.maybeSave(run);
    }
  }

  /** @throws SextantError UNKNOWN_EXPERIMENT where there is none that the tenant may see. */
  run(id: string, tenant: string): RunningExperiment {
    const run = this.runs.get(id);
    if (run === undefined || !run.isVisibleTo(tenant))
      throw new SextantError('UNKNOWN_EXPERIMENT', `no experiment "${id}" was started`);
    return run;
  }

  /**
   * @param brought a version that an arm names and that need not be kept.
   * @throws SextantError EXPERIMENT_EXISTS where the id was used; EXPERIMENT_REFUSED with the reasons; UNKNOWN_POLICY;
   *   STORE_UNAVAILABLE.
   */
  start(
    declared: DeclaredExperiment,
    tenant: TenantId,
    { actor, reason, brought }: ExperimentChange & { readonly brought?: PolicyFolder },
  ): Promise<RunningExperiment> {
    const change = { actor, reason };
    return this.changes.run(async () => {
      const { definition, entry } = declared;
      const known = this.runs.get(definition.id);
      if (known !== undefined) {
        const state = known.isRunning ? 'is running' : 'has ended, and its result is kept';
        throw new SextantError(
          'EXPERIMENT_EXISTS',
          `"${definition.id}" ${state}: give another run another id`,
        );
      }
      this.refuseClashes(declared, tenant);
      const files = await keptFiles(declared, this.parts, brought);
      const { outcomes, learnedTo, nowMs, inForce } = this.parts;
      const started: StartedExperiment = {
        number: Math.max(0, ...this.all.map(({ number }) => number)) + 1,
        entry,
        tenant,
        startSequence: learnedTo(),
        allocation: grow(
          NO_ALLOCATION,
          groupWeights(definition).map((weight) => weight * definition.ramp),
        ),
        phases: [{ startTimeMs: nowMs(), ...change }],
        stops: [],
        files,
      };
      const run = new RunningExperiment(started, 1);
      const policies = armPolicies(run, inForce().snapshot.policy);
      if (!policies.ok) throw refused(policies.faults);
      await run.learn(policies.value, outcomes, learnedTo, inForce().snapshot.learning);
      await this.commit('experiment started', run.definition.id, started, 0, change);
      // What was reported meanwhile is of no arm yet.
      run.begin(learnedTo());
      this.runs.set(definition.id, run);
      this.follow();
      return run;
    });
  }

  /** @throws SextantError EXPERIMENT_REFUSED where some request would be in two experiments, or too many run. */
  refuseClashes(declared: DeclaredExperiment, tenant: TenantId): void {
    refuseClashes(declared, tenant, { running: this.running, started: this.runs.size });
  }

  /**
   * Lets more units in. @param shares of the slice's units, by group.
   * @throws SextantError UNKNOWN_EXPERIMENT, EXPERIMENT_ENDED; INVALID_FIELD where a group would shrink or is stopped.
   */
  ramp(id: string, tenant: string, shares: readonly number[], change: ExperimentChange): Promise<void> {
    return this.changes.run(async () => {
      const run = this.live(id, tenant);
      const { allocation, phases } = run.started;
      const before = allocation.shares.at(-1)!;
      const faults = shares.flatMap((share, group): Fault[] =>
        run.isStopped(group) && share > before[group]!
          ? [{ path: 'shares', reason: `arm ${run.definition.arms[group]!.id} is stopped` }]
          : [],
      );
      if (phases.length > 0xff) faults.push({ path: 'shares', reason: 'was changed 255 times already' });
      if (faults.length > 0) throw new SextantError('INVALID_FIELD', faults[0]!.reason, { faults });
      const grown = grownOrThrow(run, shares);
      const phase = { startTimeMs: this.parts.nowMs(), ...change };
      await this.write('experiment ramped', run, { allocation: grown, phases: [...phases, phase] }, change);
    });
  }

  /**
   * Ends an experiment, or one of its arms; whose units are then decided as if there were none.
   * @throws SextantError UNKNOWN_EXPERIMENT, EXPERIMENT_ENDED where it, or the arm, was stopped before; INVALID_FIELD.
   */
  stop(id: string, tenant: string, arm: string | undefined, change: ExperimentChange): Promise<void> {
    return this.changes.run(() => this.stopNow(this.live(id, tenant), arm, change));
  }

  /** Looks at every guardrail, and stops the arms that have run into one. */
  guard(): Promise<void> {
    return this.changes.run(async () => {
      for (const run of this.running) {
        for (const { group, guardrail, atLeast } of trippedGuardrails(run.state, run.definition.guardrails)) {
          if (!run.isRunning || run.isStopped(group)) continue;
          const { metric, worseBy, relative } = guardrail;
          const unit = relative ? ' of control’s mean' : '';
          const reason = `${metric} is worse than control by ${atLeast.toPrecision(3)}${unit} at least, more than ${worseBy}`;
          const tenant = run.definition.allTenants ? '' : run.started.tenant;
          const actor = { name: 'experiment-guardrail', tenant, roles: [] };
          await this.stopNow(run, run.definition.arms[group]!.id, { actor, reason });
          this.guardrailStops += 1;
        }
      }
    });
  }

  /** Writes out what was folded. */
  close(): Promise<void> {
    return this.changes.run(() => this.snapshots.close(this.all));
  }

  private complain({ definition }: RunningExperiment, faults: readonly Fault[]): void {
    const shown = faults.slice(0, 3).map(describeFault);
    this.parts.logger.error(
      { experiment: definition.id, faults: shown },
      'an experiment cannot go on under this policy: its units are decided as if there were none',
    );
  }

  private async stopNow(
    run: RunningExperiment,
    arm: string | undefined,
    change: ExperimentChange,
  ): Promise<void> {
    const { arms, control, id } = run.definition;
    const invalid = (reason: string): SextantError =>
      new SextantError('INVALID_FIELD', `arm: ${reason}`, { faults: [{ path: 'arm', reason }] });
    if (arm === control) throw invalid('control cannot be stopped alone: stop the experiment');
    const group = arms.findIndex((each) => each.id === arm);
    if (arm !== undefined && group < 0)
      throw invalid(arm === HOLDOUT ? 'the holdout cannot be stopped' : `"${arm}" is no arm of "${id}"`);
    if (arm !== undefined && run.isStopped(group))
      throw new SextantError('EXPERIMENT_ENDED', `arm "${arm}" of "${id}" is stopped already`);
    const at = { timeMs: this.parts.nowMs(), sequence: this.parts.learnedTo(), ...change };
    const stops = [...run.started.stops, { ...(arm !== undefined && { arm }), ...at }];
    const left = arms.filter((each, k) => each.id !== control && each.id !== arm && !run.isStopped(k)).length;
    if (arm !== undefined && left === 0) stops.push(at);
    await this.write('experiment stopped', run, { stops }, change);
  }

  private live(id: string, tenant: string): RunningExperiment {
    const run = this.run(id, tenant);
    if (!run.isRunning) {
      const { timeMs } = run.started.stops.at(-1)!;
      throw new SextantError(
        'EXPERIMENT_ENDED',
        `"${id}" was stopped at ${new Date(timeMs).toISOString()} already`,
      );
    }
    if (run.definition.allTenants || run.started.tenant === tenant) return run;
    throw new SextantError('UNKNOWN_EXPERIMENT', `no experiment "${id}" was started`);
  }

  private async write(
    action: AuditAction,
    run: RunningExperiment,
    changed: Partial<StartedExperiment>,
    change: ExperimentChange,
  ): Promise<void> {
    const started = { ...run.started, ...changed };
    await this.commit(action, run.definition.id, started, run.revision, change);
    run.become(started, run.revision + 1);
    this.follow();
  }

  private async commit(
    action: AuditAction,
    id: string,
    started: StartedExperiment,
    expectedRevision: number,
    { actor, reason }: ExperimentChange,
  ): Promise<void> {
    const { audit, inForce } = this.parts;
    const told = {
      actor,
      action,
      reason,
      target: id,
      policyVersion: inForce().snapshot.policy.version,
      after: {
        number: started.number,
        shares: started.allocation.shares.at(-1),
        stopped: started.stops.map(({ arm }) => arm ?? 'all'),
      },
    };
    const body = encodeExperiment(started);
    if (!(await audit.record(told, [{ kind: EXPERIMENT_KIND, name: id, expectedRevision, body }])))
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the experiment');
  }
}
