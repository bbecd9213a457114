import { watch, type FSWatcher } from 'chokidar';
import type { Logger } from 'pino';
import { loadPolicy, type LoadedPolicy } from '../config/load-policy.js';
import { describeFault, type Fault } from '../core/fault.js';
import type { Policy } from '../core/selection/policy.js';

/** A policy folder's newest content, where it was refused. */
export interface RejectedPolicy {
  readonly version: string;
  readonly faults: readonly Fault[];
}

export interface PolicyKeeperOptions {
  readonly folder: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** What stands against taking a checked policy in force, such as names taken by stored models. */
  readonly objections: (policy: Policy) => readonly Fault[];
  /** Takes it in force; the keeper waits for it. */
  readonly activate: (policy: Policy) => Promise<void>;
}

/** An editor saves in several steps; a folder is read when it has been quiet for this long. */
const QUIET_MS = 200;
/** A watcher can miss what a network or container file system does; the folder is read this often anyway. */
const POLL_MS = 2_000;

/** Owns the policy in force: reads the folder, reloads it when it changes, and keeps the last good version. */
export class PolicyKeeper {
  private active: { policy: Policy; sinceMs: number } | undefined;
  private refused: RejectedPolicy | undefined;
  private watcher: FSWatcher | undefined;
  private quiet: NodeJS.Timeout | undefined;
  private poll: NodeJS.Timeout | undefined;
  private reloading: Promise<void> = Promise.resolve();

  constructor(private readonly options: PolicyKeeperOptions) {}

  get policy(): Policy {
    if (this.active === undefined) throw new Error('a policy was asked for before one was loaded');
    return this.active.policy;
  }

  get activeSinceMs(): number {
    return this.active?.sinceMs ?? 0;
  }

  /** The folder's newest content, where it is not in force because it is faulty. */
  get rejected(): RejectedPolicy | undefined {
    return this.refused;
  }

  /** Reads the folder; a faulty one leaves the policy in force as it is. @returns the faults. */
  async reload(): Promise<readonly Fault[]> {
    const run = this.reloading.then(() => this.reloadNow());
    this.reloading = run.then(
      () => undefined,
      () => undefined,
    );
    return run;
  }

  watch(): void {
    const later = (): void => {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.reloadQuietly(), QUIET_MS);
    };
    this.watcher = watch(this.options.folder, { ignoreInitial: true });
    this.watcher.on('all', later);
    // What changed while the folder was first walked raised no event.
    this.watcher.on('ready', later);
    this.watcher.on('error', (error) =>
      this.options.logger.warn({ err: error }, 'policy folder cannot be watched'),
    );
    this.poll = setInterval(() => this.reloadQuietly(), POLL_MS);
    this.poll.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.quiet);
    clearInterval(this.poll);
    await this.watcher?.close();
    clearTimeout(this.quiet);
  }

  private reloadQuietly(): void {
    this.reload().catch((error: unknown) =>
      this.options.logger.error({ err: error }, 'policy folder cannot be read'),
    );
  }

  private async reloadNow(): Promise<readonly Fault[]> {
    const { logger, folder, objections } = this.options;
    const loaded = await loadPolicy(folder);
    if (loaded.version === this.active?.policy.version) {
      if (this.refused !== undefined)
        logger.info({ policyVersion: loaded.version }, 'policy folder is good again');
      this.refused = undefined;
      return [];
    }
    if (loaded.version === this.refused?.version) return this.refused.faults;
    const faults = loaded.policy.ok ? objections(loaded.policy.value) : loaded.policy.faults;
    if (faults.length > 0 || !loaded.policy.ok) return this.refuse(loaded, faults);
    await this.options.activate(loaded.policy.value);
    this.active = { policy: loaded.policy.value, sinceMs: this.options.nowMs() };
    this.refused = undefined;
    logger.info(
      { policyVersion: loaded.version, rules: loaded.policy.value.rules.rules.length },
      'policy in force',
    );
    return [];
  }

  private refuse({ version }: LoadedPolicy, faults: readonly Fault[]): readonly Fault[] {
    this.refused = { version, faults };
    const shown = faults.slice(0, 20).map(describeFault);
    this.options.logger.error(
      {
        policyVersion: version,
        faultCount: faults.length,
        faults: shown,
        stays: this.active?.policy.version,
      },
      'policy refused',
    );
    return faults;
  }
}
