import type { Logger } from 'pino';
import { checkFolder, loadPolicy, type LoadedPolicy } from '../config/load-policy.js';
import { policyFolderOf, summaryOf, type PolicyFolder, type PolicySource } from '../config/policy-files.js';
import { POLICY_FOLDER, type Actor, type AuditAction } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import { describeFault, type Fault } from '../core/fault.js';
import {
  activated,
  keptVersion,
  rolledBack,
  unpinned,
  versionBefore,
  type Activation,
  type PolicyHistory,
} from '../core/policy/policy-history.js';
import type { Policy } from '../core/selection/policy.js';
import { SerialQueue } from '../store/serial-queue.js';
import { isVersion, type PolicyArchive, type PolicyStep } from './policy-archive.js';
import { PolicyWatch } from './policy-watch.js';
import { examine, soundOrThrow, type Examined, type SoundPolicy } from './sound-policy.js';

/** A policy folder's newest content, where it was refused. */
export interface RejectedPolicy {
  readonly version: string;
  readonly faults: readonly Fault[];
}

export interface PolicyKeeperOptions {
  readonly folder: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly archive: PolicyArchive;
  /** How many versions are kept, the one in force among them. */
  readonly keepVersions: number;
  /** What stands against taking a checked policy in force, such as names taken by stored models. */
  readonly objections: (policy: Policy) => readonly Fault[];
  /**
   * Takes it in force, and the keeper waits for it: all that can fail comes first, then `commit`, which
   * makes the step durable, then what cannot fail.
   */
  readonly activate: (policy: Policy, commit: () => Promise<void>) => Promise<void>;
}

/** Who asks for a change, and what they saw when they decided on it. */
export interface PolicyChange {
  readonly actor: Actor;
  readonly reason: string;
  /** Where given, the version in force has to be this one. */
  readonly expectedActiveVersion?: string;
}

/** Stands for the version of a folder that cannot be read. */
const UNREADABLE = '';
const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/**
 * Owns the policy in force: follows the folder, or stays at a pinned version while the folder waits.
 *
 * One change at a time. A version takes hold only where it was checked whole, and only once that is
 * durable; until then, and where it is faulty, the one in force goes on.
 */
export class PolicyKeeper {
  private active: Policy | undefined;
  private refused: RejectedPolicy | undefined;
  private waiting: string | undefined;
  private watcher: PolicyWatch | undefined;
  private readonly changes = new SerialQueue();

  constructor(private readonly options: PolicyKeeperOptions) {}

  get policy(): Policy {
    if (this.active === undefined) throw new Error('a policy was asked for before one was loaded');
    return this.active;
  }

  get activeSinceMs(): number {
    return keptVersion(this.history, this.active?.version ?? '')?.activateTimeMs ?? 0;
  }

  /** The folder's newest content, where it is not in force because it is faulty. */
  get rejected(): RejectedPolicy | undefined {
    return this.refused;
  }

  /** The folder's newest content, where it is good and not in force because of a pin. */
  get waitingVersion(): string | undefined {
    return this.waiting;
  }

  get history(): PolicyHistory {
    return this.options.archive.history;
  }

  /**
   * Takes the first policy in force: the pinned version, where there is one, else the folder's.
   * @returns the faults of the version that should have been; none is in force then.
   */
  async start(): Promise<readonly Fault[]> {
    const { archive, logger } = this.options;
    const { pin, activeVersion } = archive.history;
    if (pin === undefined) return this.reload();
    const found = this.examine(checkFolder(await archive.folder(activeVersion)));
    if (!found.ok) return found.faults;
    await this.options.activate(found.value.policy, () => Promise.resolve());
    this.active = found.value.policy;
    logger.info({ policyVersion: activeVersion, pinned: true }, 'policy in force');
    // Whatever is wrong with the folder does not concern what is pinned.
    await this.reload().catch((error: unknown) => this.complain(error));
    return [];
  }

  /** Reads the folder; a faulty one leaves the policy in force as it is. @returns the faults. */
  reload(): Promise<readonly Fault[]> {
    return this.changes.run(() => this.reloadNow());
  }

  watch(): void {
    const { folder, logger } = this.options;
    const reload = (): void => void this.reload().catch((error: unknown) => this.complain(error));
    this.watcher = new PolicyWatch(folder, reload, logger);
  }

  async close(): Promise<void> {
    await this.watcher?.close();
  }

  /** Checks files as if they were the folder's, and changes nothing. */
  validate(sources: readonly PolicySource[]): RejectedPolicy {
    const loaded = checkFolder(policyFolderOf(sources));
    const found = this.examine(loaded);
    return { version: loaded.version, faults: found.ok ? [] : found.faults };
  }

  /** A kept version's files. @throws SextantError UNKNOWN_POLICY. */
  async folder(name: string): Promise<PolicyFolder> {
    const { archive } = this.options;
    return archive.folder(archive.resolve(name));
  }

  /**
   * Takes a kept version in force and pins it; where that is so already, nothing happens.
   * @throws SextantError UNKNOWN_POLICY, POLICY_REFUSED, POLICY_CHANGED, STORE_UNAVAILABLE.
   */
  activate(name: string, change: PolicyChange): Promise<void> {
    return this.changes.run(async () => {
      this.expect(change);
      const version = this.options.archive.resolve(name);
      if (version === this.policy.version && this.history.pin !== undefined) return;
      const sound = await this.kept(version);
      await this.take(sound, { ...change, action: 'policy activated', pin: true });
    });
  }

  /**
   * Takes files in force that need not be kept yet, and pins them as the version that they are.
   * @throws SextantError POLICY_REFUSED, POLICY_CHANGED, STORE_UNAVAILABLE.
   */
  promote(folder: PolicyFolder, change: PolicyChange): Promise<void> {
    return this.changes.run(async () => {
      this.expect(change);
      const sound = soundOrThrow(folder.version, this.examine(checkFolder(folder)));
      await this.take(sound, { ...change, action: 'policy activated', pin: true });
    });
  }

  /**
   * Takes the version in force that was before the present one, and pins it.
   * @throws SextantError NO_PREVIOUS_POLICY, POLICY_REFUSED, POLICY_CHANGED, STORE_UNAVAILABLE.
   */
  rollBack(change: PolicyChange): Promise<void> {
    return this.changes.run(async () => {
      this.expect(change);
      const version = versionBefore(this.history);
      if (version === undefined) {
        const message =
          'no version that is kept was in force before this one, save any that was left by a rollback';
        throw new SextantError('NO_PREVIOUS_POLICY', message);
      }
      const sound = await this.kept(version);
      await this.take(sound, { ...change, action: 'policy rolled back', pin: true });
    });
  }

  /**
   * Lets go of the pin, and takes the folder's content in force.
   * @throws SextantError POLICY_NOT_PINNED; POLICY_REFUSED where the folder is faulty: the pin stays then.
   */
  unpin(change: PolicyChange): Promise<void> {
    return this.changes.run(async () => {
      this.expect(change);
      if (this.history.pin === undefined) throw new SextantError('POLICY_NOT_PINNED', 'no version is pinned');
      const loaded = await this.readFolder();
      const sound = soundOrThrow(loaded.version, this.examine(loaded));
      if (loaded.version === this.policy.version) {
        const history = unpinned(this.history);
        const step = { history, sources: loaded.sources, ...change, action: 'policy unpinned' as const };
        await this.options.archive.commit(step);
      } else await this.take(sound, { ...change, action: 'policy unpinned', pin: false });
      this.waiting = this.refused = undefined;
    });
  }

  private async reloadNow(): Promise<readonly Fault[]> {
    const { folder } = this.options;
    let loaded: LoadedPolicy;
    try {
      loaded = await loadPolicy(folder);
    } catch (error) {
      if (this.active === undefined) throw error;
      if (this.refused?.version === UNREADABLE) return this.refused.faults;
      return this.refuse(UNREADABLE, [
        { file: folder, path: '$', reason: `cannot be read: ${reasonOf(error)}` },
      ]);
    }
    return this.consider(loaded);
  }

  /** What the folder holds takes hold, waits, or is refused. */
  private async consider(loaded: LoadedPolicy): Promise<readonly Fault[]> {
    const { logger } = this.options;
    const { version } = loaded;
    if (version === this.active?.version) {
      if (this.refused !== undefined) logger.info({ policyVersion: version }, 'policy folder is good again');
      this.refused = this.waiting = undefined;
      return [];
    }
    if (version === this.refused?.version) return this.refused.faults;
    if (version === this.waiting) return [];
    const found = this.examine(loaded);
    if (!found.ok) return this.refuse(version, found.faults);
    if (this.history.pin !== undefined) this.wait(version);
    else {
      await this.take(found.value, {
        actor: POLICY_FOLDER,
        reason: '',
        action: 'policy loaded',
        pin: false,
      });
    }
    this.refused = undefined;
    return [];
  }

  private wait(version: string): void {
    this.waiting = version;
    const { activeVersion } = this.history;
    this.options.logger.info(
      { policyVersion: version, pinned: activeVersion },
      'policy folder is good, and waits while another version is pinned',
    );
  }

  private async take(
    { policy, sources }: SoundPolicy,
    change: PolicyChange & { readonly action: AuditAction; readonly pin: boolean },
  ): Promise<void> {
    const { archive, logger, nowMs, keepVersions, activate } = this.options;
    const { actor, reason, action, pin } = change;
    const { version } = policy;
    const activation: Activation = {
      version,
      files: sources.map(summaryOf),
      timeMs: nowMs(),
      by: actor,
      ...(pin && { pinReason: reason }),
      keepVersions,
    };
    const next = action === 'policy rolled back' ? rolledBack : activated;
    const step: PolicyStep = {
      history: next(archive.history, activation),
      sources,
      actor,
      action,
      reason,
    };
    // After a restart the folder's version may be the one that was in force: nothing has changed then.
    const isNews = pin || version !== archive.history.activeVersion;
    const commit = (): Promise<void> => (isNews ? archive.commit(step) : Promise.resolve());
    if (version === this.active?.version) await commit();
    else {
      await activate(policy, commit);
      this.active = policy;
    }
    if (pin) await this.lookAgain();
    logger.info({ policyVersion: version, rules: policy.rules.rules.length, pinned: pin }, 'policy in force');
  }

  /** Once a version is pinned, what the folder holds is no longer in force, but waits. */
  private async lookAgain(): Promise<void> {
    try {
      await this.reloadNow();
    } catch (error) {
      this.complain(error);
    }
  }

  /** The version, where it may be taken in force on this server now. */
  private examine(loaded: LoadedPolicy): Examined {
    return examine(loaded, this.options.objections);
  }

  /** A kept version, checked anew: the program or the models made by RPC may have changed since. */
  private async kept(version: string): Promise<SoundPolicy> {
    const folder = await this.options.archive.folder(version);
    return soundOrThrow(version, this.examine(checkFolder(folder)));
  }

  private async readFolder(): Promise<LoadedPolicy> {
    try {
      return await loadPolicy(this.options.folder);
    } catch (cause) {
      throw new SextantError('POLICY_REFUSED', 'the policy folder cannot be read; see the log', { cause });
    }
  }

  private expect({ expectedActiveVersion }: PolicyChange): void {
    const { version } = this.policy;
    if (expectedActiveVersion === undefined || isVersion(version, expectedActiveVersion)) return;
    throw new SextantError('POLICY_CHANGED', `the version in force is ${version.slice(0, 12)} by now`);
  }

  private refuse(version: string, faults: readonly Fault[]): readonly Fault[] {
    this.refused = { version, faults };
    this.waiting = undefined;
    const shown = faults.slice(0, 20).map(describeFault);
    const stays = this.active?.version;
    this.options.logger.error(
      { policyVersion: version, faultCount: faults.length, faults: shown, stays },
      'policy refused',
    );
    return faults;
  }

  private complain(error: unknown): void {
    this.options.logger.error({ err: error }, 'policy folder was not taken in force');
  }
}
