import type { Logger } from 'pino';
import { checkFolder } from '../../config/load-policy.js';
import type { PolicyFolder } from '../../config/policy-files.js';
import { isVisibleTo, type Actor } from '../../core/audit/audit-entry.js';
import { SextantError } from '../../core/errors.js';
import { describeFault, type Fault } from '../../core/fault.js';
import type { TenantId } from '../../core/ids.js';
import { keptVersion } from '../../core/policy/policy-history.js';
import { aborted, advance, serverFor } from '../../core/promotion/advance.js';
import { canaryExperiment } from '../../core/promotion/canary-experiment.js';
import type { Evidence } from '../../core/promotion/evidence.js';
import {
  begun,
  gateOf,
  isRunning,
  statusOf,
  withLast,
  type PromotionState,
} from '../../core/promotion/promotion-state.js';
import type { PromotionSettings } from '../../core/promotion/settings.js';
import type { Verdict } from '../../core/promotion/verdict.js';
import type { Policy } from '../../core/selection/policy.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import { SerialQueue } from '../../store/serial-queue.js';
import { modelMissing } from '../experiments/experiment-admission.js';
import type { ExperimentKeeper } from '../experiments/experiment-keeper.js';
import type { PolicyKeeper } from '../policy-keeper.js';
import type { ShadowKeeper } from '../shadow/shadow-keeper.js';
import { examine } from '../sound-policy.js';
import { canaryEvidence } from './canary-evidence.js';
import { LogEvidence, type LogEvidenceParts } from './log-evidence.js';
import type { PromotionArchive } from './promotion-archive.js';
import { PromotionTraffic } from './promotion-traffic.js';

/** Bounds of a canary hold however often they are looked at; a second late is early enough. */
const STEP_EVERY_MS = 1_000;

export interface PromotionKeeperParts extends Pick<LogEvidenceParts, 'evaluator' | 'nowMs'> {
  readonly archive: PromotionArchive;
  readonly policies: PolicyKeeper;
  readonly shadow: ShadowKeeper;
  readonly experiments: ExperimentKeeper;
  readonly logger: Logger;
  readonly inForce: () => DecisionSnapshot;
  /** What stands against a checked policy, such as names taken by stored models. */
  readonly objections: (policy: Policy) => readonly Fault[];
}

/** What is asked for. */
export interface RequestedPromotion {
  readonly candidate: PolicyFolder;
  readonly settings: PromotionSettings;
  readonly isRehearsal: boolean;
  readonly actor: Actor;
  readonly reason: string;
}

/** Owns the promotion that runs: takes a candidate from gate to gate, over restarts too. One at a time. */
export class PromotionKeeper {
  private readonly changes = new SerialQueue();
  private readonly traffic: PromotionTraffic;
  private readonly log: LogEvidence;
  private timer: NodeJS.Timeout | undefined;
  /** What is known at the gate that is waited at. */
  private waiting: Verdict | undefined;
  /** Whether nothing of the latest promotion is left on the server, once it has ended. */
  private isSettled = false;

  constructor(private readonly parts: PromotionKeeperParts) {
    this.traffic = new PromotionTraffic(parts);
    this.log = new LogEvidence({ ...parts, folder: (version) => parts.policies.folder(version) });
  }

  /** Goes on with what ran before a restart, and looks at it now and then. */
  start(): void {
    let hasFailed = false;
    this.timer = setInterval(() => {
      if (this.isSettled || this.parts.archive.latest === undefined) return;
      this.step()
        .then(() => (hasFailed = false))
        .catch((error: unknown) => {
          // A store that is down is down for a while: once is enough.
          if (!hasFailed) this.parts.logger.warn({ err: error }, 'a promotion could not go on');
          hasFailed = true;
        });
    }, STEP_EVERY_MS);
    this.timer.unref();
  }

  /** Waits for the step that is being taken; the next start goes on. */
  close(): Promise<void> {
    clearInterval(this.timer);
    return this.changes.run(() => Promise.resolve());
  }

  /** The latest first; the one that runs with what is known now. */
  get all(): readonly PromotionState[] {
    return this.parts.archive.all.map((state) => this.shown(state));
  }

  /** @param number the latest where absent. @throws SextantError UNKNOWN_PROMOTION. */
  promotion(number?: number): PromotionState {
    const { archive } = this.parts;
    const state = number === undefined ? archive.latest : archive.numbered(number);
    if (state === undefined) throw new SextantError('UNKNOWN_PROMOTION', 'nothing was ever promoted');
    return this.shown(state);
  }

  /**
   * Begins a promotion and checks the candidate; where that finds faults, it has ended already.
   * @throws SextantError PROMOTION_RUNNING, PROMOTION_REFUSED where the candidate is in force, STORE_UNAVAILABLE.
   */
  begin({ candidate, settings, isRehearsal, actor, reason }: RequestedPromotion): Promise<PromotionState> {
    return this.changes.run(async () => {
      const { archive, inForce, nowMs } = this.parts;
      const { latest } = archive;
      if (latest !== undefined && isRunning(latest))
        throw new SextantError(
          'PROMOTION_RUNNING',
          `promotion ${latest.number} of ${latest.candidateVersion.slice(0, 12)} is at its ${gateOf(latest).gate}: wait for its end, or abort it`,
        );
      const baseVersion = inForce().policy.version;
      if (candidate.version === baseVersion)
        throw new SextantError('PROMOTION_REFUSED', `${baseVersion.slice(0, 12)} is in force already`);
      const number = archive.nextNumber;
      const of = { number, candidateVersion: candidate.version, baseVersion, settings, isRehearsal, reason };
      await archive.add(begun({ ...of, startedBy: actor, startTimeMs: nowMs() }), candidate);
      this.isSettled = false;
      await this.stepNow();
      return this.promotion(number);
    });
  }

  /**
   * Ends the promotion that runs; requests go to the policy in force alone from then on.
   * @throws SextantError UNKNOWN_PROMOTION, PROMOTION_ENDED, STORE_UNAVAILABLE.
   */
  abort(number: number | undefined, by: Actor, reason: string): Promise<PromotionState> {
    return this.changes.run(async () => {
      const { archive, nowMs } = this.parts;
      const state = number === undefined ? archive.latest : archive.numbered(number);
      if (state === undefined) throw new SextantError('UNKNOWN_PROMOTION', 'no promotion runs');
      if (!isRunning(state))
        throw new SextantError(
          'PROMOTION_ENDED',
          `promotion ${state.number} ended at ${new Date(state.end!.timeMs).toISOString()} already: ${statusOf(state)}`,
        );
      const known = gateOf(this.shown(state));
      await archive.change(aborted(state, { timeMs: nowMs(), by, reason }, known), by);
      await this.stepNow();
      return archive.numbered(state.number);
    });
  }

  /** Goes on as far as what is seen leads. @throws SextantError STORE_UNAVAILABLE; nothing is lost then. */
  step(): Promise<void> {
    return this.changes.run(() => this.stepNow());
  }

  private async stepNow(): Promise<void> {
    for (;;) {
      const { archive, nowMs } = this.parts;
      const { latest: state, candidate } = archive;
      if (state === undefined) return;
      const failure = await this.follow(state, candidate);
      if (!isRunning(state)) {
        this.isSettled = true;
        return;
      }
      const evidence = failure ?? (await this.evidenceOf(state, candidate));
      const active = this.activeFor(state);
      const next = advance(state, { timeMs: nowMs(), active, ...(evidence && { evidence }) });
      this.waiting = next.waiting;
      if (next.state === state) return;
      await archive.change(next.state, serverFor(state));
      this.tell(next.state);
    }
  }

  /** @returns what stands in the way of the gate, where something does. */
  private async follow(state: PromotionState, candidate?: PolicyFolder): Promise<Evidence | undefined> {
    try {
      await this.traffic.follow(state, candidate);
      return undefined;
    } catch (error) {
      if (!(error instanceof SextantError) || error.code === 'STORE_UNAVAILABLE') throw error;
      return { gate: gateOf(state).gate, failure: error.message };
    }
  }

  private async evidenceOf(state: PromotionState, candidate?: PolicyFolder): Promise<Evidence | undefined> {
    const { gate } = gateOf(state);
    if (candidate === undefined)
      return { gate, failure: 'the files of the candidate are not there any more' };
    switch (gate) {
      case 'check':
        return this.checked(state, candidate);
      case 'replay':
      case 'evaluation':
        return this.log.of(state, candidate);
      case 'shadow':
        return this.shadowed();
      case 'canary': {
        const run = this.traffic.canaryOf(state);
        return run && canaryEvidence(run, state.settings.canary.guardrails);
      }
      case 'full':
        return undefined;
    }
  }

  private checked(state: PromotionState, candidate: PolicyFolder): Evidence {
    const examined = examine(checkFolder(candidate), this.parts.objections);
    if (!examined.ok)
      return { gate: 'check', faults: examined.faults.map(describeFault), rules: 0, models: 0 };
    const { policy } = examined.value;
    const missing = modelMissing(policy, this.parts.inForce());
    const faults = [
      ...(missing === undefined
        ? []
        : [
            `models.json: names ${missing}, which the policy in force does not have: add it there first, disabled if it must not be chosen`,
          ]),
      ...(state.isRehearsal ? [] : this.clashes(state)),
    ];
    return { gate: 'check', faults, rules: policy.rules.rules.length, models: policy.models.length };
  }

  /** What would stand in the way of a later gate, told before the first. */
  private clashes(state: PromotionState): string[] {
    const faults: string[] = [];
    const foreign = state.settings.shadow.decisions > 0 ? this.traffic.foreignShadow(state) : undefined;
    if (foreign !== undefined)
      faults.push(`another candidate, ${foreign.version.slice(0, 12)}, runs as the shadow: stop it first`);
    try {
      this.parts.experiments.refuseClashes(canaryExperiment(state), state.startedBy.tenant as TenantId);
    } catch (error) {
      if (!(error instanceof SextantError)) throw error;
      faults.push(...(error.details.obstacles ?? []).map(({ reason }) => `canary: ${reason}`));
    }
    return faults;
  }

  private async shadowed(): Promise<Evidence | undefined> {
    const { shadow } = this.parts;
    const { view } = shadow;
    if (view === undefined) return undefined;
    if (view.phase === 'failed')
      return { gate: 'shadow', failure: `the candidate failed beside the policy in force: ${view.failure}` };
    const total = await shadow.total().catch(() => undefined);
    if (total === undefined) return undefined;
    const { requests, differences, changedShare, decideMsP99 } = total;
    return {
      gate: 'shadow',
      isLive: view.phase === 'live',
      requests,
      refused: differences.refused,
      skipped: view.skipped,
      changedShare: requests === 0 ? 0 : changedShare / requests,
      ...(decideMsP99 !== undefined && { decideMsP99 }),
    };
  }

  private activeFor({ startedBy }: PromotionState): { version: string; by: string } {
    const { version } = this.parts.inForce().policy;
    const by = keptVersion(this.parts.policies.history, version)?.activatedBy;
    const isTold = by !== undefined && isVisibleTo(by, startedBy.tenant);
    return { version, by: isTold ? by.name : 'someone of another tenant' };
  }

  private shown(state: PromotionState): PromotionState {
    const { waiting } = this;
    if (waiting === undefined || !isRunning(state)) return state;
    const { findings, figures } = waiting;
    return { ...state, gates: withLast(state, { findings, figures }) };
  }

  private tell(state: PromotionState): void {
    const { number, candidateVersion, end } = state;
    const at = { promotion: number, candidate: candidateVersion, gate: gateOf(state).gate };
    if (end === undefined) this.parts.logger.info(at, 'a promotion goes on');
    else this.parts.logger.info({ ...at, status: end.status, reason: end.reason }, 'a promotion has ended');
  }
}
