import type { Logger } from 'pino';
import { checkFolder } from '../../config/load-policy.js';
import { policyFolderOf, type PolicySource } from '../../config/policy-files.js';
import type { Actor } from '../../core/audit/audit-entry.js';
import type { Difference } from '../../core/comparison/compare-answers.js';
import type { TallyReport } from '../../core/comparison/tally.js';
import { SextantError } from '../../core/errors.js';
import { describeFault, type Fault } from '../../core/fault.js';
import type { TenantId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import { rngFromSeed } from '../../core/random.js';
import type { Policy } from '../../core/selection/policy.js';
import type { DocumentChange, Store } from '../../store/ports.js';
import { SerialQueue } from '../../store/serial-queue.js';
import type { AuditLog } from '../audit-log.js';
import { available } from '../available.js';
import type { Environment } from '../environment.js';
import type { Surroundings } from '../candidate-snapshot.js';
import { examine, soundOrThrow, type Examined } from '../sound-policy.js';
import { decodeShadow, encodeShadow, type StartedShadow } from './shadow-document.js';
import type { OpenShadow, ShadowTotal } from './shadow-messages.js';
import { ShadowRun, type AnsweredRequest, type ShadowPhase } from './shadow-run.js';

const SHADOW_KIND = 'shadow';
const CANDIDATE = 'candidate';

export interface ShadowKeeperParts {
  readonly store: Pick<Store, 'documents' | 'outcomes' | 'snapshots'>;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly environment: Environment;
  readonly open: OpenShadow;
  readonly policyInForce: () => Policy;
  readonly surroundings: () => Surroundings;
  /** Position of the learning state. */
  readonly learnedTo: () => number;
  /** What stands against a checked policy, such as names taken by stored models. */
  readonly objections: (policy: Policy) => readonly Fault[];
}

/** Who starts or stops a shadow, and why. */
export interface ShadowChange {
  readonly actor: Actor;
  readonly reason: string;
}

/** A shadow as people see it. */
export interface ShadowView extends Omit<StartedShadow, 'sources'> {
  readonly version: string;
  readonly activeVersion: string;
  readonly phase: ShadowPhase;
  readonly failure?: string;
  readonly countingSinceMs: number;
  readonly skipped: number;
}

interface Current {
  readonly started: StartedShadow;
  readonly version: string;
  readonly run: ShadowRun;
}

/** Owns the shadow: the candidate that runs beside the policy in force, over restarts too. One at a time. */
export class ShadowKeeper {
  private current: Current | undefined;
  /** Of a candidate that could not run at all. */
  private broken:
    { readonly started: StartedShadow; readonly version: string; readonly failure: string } | undefined;
  private revision = 0;
  private comparedWith = '';
  private countingSinceMs = 0;
  private readonly changes = new SerialQueue();

  constructor(private readonly parts: ShadowKeeperParts) {}

  /** Runs the candidate that ran before the restart, where there was one. @throws StoreError. */
  async restore(): Promise<void> {
    const stored = await this.parts.store.documents.get(SHADOW_KIND, CANDIDATE);
    if (stored === undefined) return;
    this.revision = stored.revision;
    const started = decodeShadow(stored.body);
    const { version, examined } = this.examine(started.sources);
    if (examined.ok) await this.run(started, examined.value.policy);
    else this.break(started, version, examined.faults.map(describeFault).join('; '));
  }

  /** @throws SextantError POLICY_REFUSED with every fault; STORE_UNAVAILABLE. */
  start(sources: readonly PolicySource[], fraction: number, { actor, reason }: ShadowChange): Promise<void> {
    return this.changes.run(async () => {
      const { version, examined } = this.examine(sources);
      const { policy } = soundOrThrow(version, examined);
      const started = {
        sources,
        fraction,
        startTimeMs: this.parts.environment.nowMs(),
        startedBy: actor,
        reason,
      };
      await this.commit('shadow started', { actor, reason }, { version, body: encodeShadow(started) });
      this.revision += 1;
      await this.end();
      await this.run(started, policy);
    });
  }

  /** @throws SextantError NO_SHADOW, STORE_UNAVAILABLE. */
  stop(change: ShadowChange): Promise<void> {
    return this.changes.run(async () => {
      const version = this.version;
      if (version === undefined)
        throw new SextantError('NO_SHADOW', 'no candidate runs beside the policy in force');
      await this.commit('shadow stopped', change, { version });
      this.revision = 0;
      await this.end();
      this.parts.logger.info({ policyVersion: version }, 'shadow stopped');
    });
  }

  /** The candidate; absent where none runs. */
  get view(): ShadowView | undefined {
    const shown = this.current ?? this.broken;
    if (shown === undefined) return undefined;
    const { sources: _, ...started } = shown.started;
    const { phase, failure, skipped }: Pick<ShadowRun, 'phase' | 'failure' | 'skipped'> =
      'run' in shown ? shown.run : { phase: 'failed', failure: shown.failure, skipped: 0 };
    return {
      ...started,
      version: shown.version,
      activeVersion: this.parts.policyInForce().version,
      phase,
      ...(failure !== undefined && { failure }),
      countingSinceMs: this.countingSinceMs,
      skipped,
    };
  }

  /** Requests of all tenants since the candidate's start, by what it makes of them; absent where none runs. */
  get counts(): Readonly<Record<Difference | 'skipped', number>> | undefined {
    if (this.current === undefined) return undefined;
    const { counts, skipped } = this.current.run;
    return { ...counts, skipped };
  }

  /** What was counted of a tenant's requests; absent where nothing can be. @throws SextantError SHADOW_UNAVAILABLE. */
  async report(tenant: TenantId): Promise<TallyReport | undefined> {
    const run = this.current?.run;
    return run === undefined || run.phase === 'failed' ? undefined : run.report(tenant);
  }

  /** What was counted of all tenants' requests; absent where nothing can be. @throws SextantError SHADOW_UNAVAILABLE. */
  async total(): Promise<ShadowTotal | undefined> {
    const run = this.current?.run;
    return run === undefined || run.phase === 'failed' ? undefined : run.total();
  }

  offer(request: AnsweredRequest): void {
    this.current?.run.offer(request);
  }

  recorded(outcome: Outcome, sequence: number): void {
    this.current?.run.recorded(outcome, sequence);
  }

  /** Models, prompts or the policy in force are others now. */
  follow(): void {
    if (this.current === undefined) return;
    const policy = this.parts.policyInForce();
    const isAnotherPolicy = policy.version !== this.comparedWith;
    if (isAnotherPolicy) this.countFrom(policy);
    this.current.run.surround(this.parts.surroundings(), policy, isAnotherPolicy);
  }

  /** The candidate is kept, and runs again after a restart. */
  close(): Promise<void> {
    return this.changes.run(() => this.end());
  }

  private get version(): string | undefined {
    return (this.current ?? this.broken)?.version;
  }

  private examine(sources: readonly PolicySource[]): { version: string; examined: Examined } {
    const loaded = checkFolder(policyFolderOf(sources));
    return { version: loaded.version, examined: examine(loaded, this.parts.objections) };
  }

  private async run(started: StartedShadow, candidate: Policy): Promise<void> {
    const { store, environment, open, logger, learnedTo, policyInForce, surroundings } = this.parts;
    const { sources, fraction } = started;
    const { version } = candidate;
    const base = await available(store.outcomes.readBase());
    const snapshot = await available(store.snapshots.load());
    const run = new ShadowRun({
      open,
      origin: { sources, surroundings: surroundings(), ...(snapshot && { snapshot }), ...(base && { base }) },
      candidate,
      policyInForce: policyInForce(),
      fraction,
      outcomes: store.outcomes,
      learnedTo,
      random: rngFromSeed(environment.newSeed()),
      live: () => this.countFrom(policyInForce()),
      failed: (error) => logger.error({ err: error, policyVersion: version }, 'shadow failed'),
    });
    this.current = { started, version, run };
    this.countFrom(policyInForce());
    logger.info({ policyVersion: version, fraction }, 'shadow started');
  }

  private break(started: StartedShadow, version: string, failure: string): void {
    this.broken = { started, version, failure };
    this.parts.logger.error({ policyVersion: version, failure }, 'shadow cannot run any more');
  }

  private countFrom({ version }: Policy): void {
    this.comparedWith = version;
    this.countingSinceMs = this.parts.environment.nowMs();
  }

  private async end(): Promise<void> {
    const run = this.current?.run;
    this.current = this.broken = undefined;
    await run?.close();
  }

  private async commit(
    action: 'shadow started' | 'shadow stopped',
    { actor, reason }: ShadowChange,
    { version, body }: { readonly version: string; readonly body?: Uint8Array },
  ): Promise<void> {
    const change: DocumentChange = {
      kind: SHADOW_KIND,
      name: CANDIDATE,
      expectedRevision: this.revision,
      ...(body && { body }),
    };
    const before = this.version;
    const told = {
      actor,
      action,
      reason,
      target: version,
      policyVersion: this.parts.policyInForce().version,
      ...(before !== undefined && { before: { version: before } }),
      ...(body && { after: { version } }),
    };
    if (!(await this.parts.audit.record(told, [change])))
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the shadow');
  }
}
