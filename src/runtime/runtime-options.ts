import type { Logger } from 'pino';
import type { Store, StoreObserver } from '../store/ports.js';
import type { AuditRetention } from './audit-log.js';
import type { DecisionLogSettings } from './decision-logger.js';
import type { Environment } from './environment.js';
import type { OpenEvaluation } from './evaluation/evaluation-messages.js';
import type { JournalLimits } from './report-journal.js';
import type { RetentionSettings } from './retention.js';
import type { OpenShadow } from './shadow/shadow-messages.js';
import type { TicketKeys } from './ticket-keys.js';
import type { TokenCounter } from './token-counter.js';

/** What the configuration says of a runtime. */
export interface RuntimeSettings {
  readonly backupFolder: string;
  readonly policyFolder: string;
  readonly watchPolicy: boolean;
  /** Whether drift is looked at by itself. A look reads beliefs, and what is read is cached within 2 % of decay. */
  readonly watchDrift: boolean;
  /** How many policy versions are kept, the one in force among them. */
  readonly keepPolicyVersions: number;
  readonly auditRetention: AuditRetention;
  readonly ticketLifeSeconds: number;
  readonly journal: JournalLimits;
  /** Decisions older than this are expected to have been reported on. */
  readonly reportsMatureMs: number;
  /** Absent where decisions are not logged. */
  readonly decisionLog?: DecisionLogSettings;
  readonly snapshotEveryOutcomes: number;
  /** Absent where everything is kept. */
  readonly retention?: RetentionSettings;
  /** How fast the store is read through for damage, in bytes a second; never where absent. */
  readonly scrubBytesPerSecond?: number;
}

/** What a runtime is made of, and who hears of its store. */
export interface RuntimeOptions extends RuntimeSettings {
  readonly store: Store;
  readonly keys: TicketKeys;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly openShadow: OpenShadow;
  readonly openEvaluation: OpenEvaluation;
  /** How prompts are counted; by the estimate where absent. */
  readonly tokens?: TokenCounter;
  /** The store failed. */
  readonly onStoreFailure: (error: unknown) => void;
  /** The store is open again, and reports are taken. */
  readonly onStoreRecovered?: () => void;
  /** Tells an observer when the store fails and when it is back; absent where it does not come back by itself. */
  readonly observeStore?: (observer: StoreObserver) => void;
}
