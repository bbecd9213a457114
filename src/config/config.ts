/** What a principal may do; one word per group of calls. */
export const ROLES = ['select', 'report', 'read', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const STORE_ADAPTERS = ['level', 'memory'] as const;
export type StoreAdapter = (typeof STORE_ADAPTERS)[number];

export const REFLECTION_CHOICES = ['auto', true, false] as const;
export type ReflectionChoice = (typeof REFLECTION_CHOICES)[number];

/** Signatures that a key anyone may know can check. A shared secret would make every verifier an issuer. */
export const JWT_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export const TOKENIZERS = ['estimate', 'o200k'] as const;
export type Tokenizer = (typeof TOKENIZERS)[number];

/** PEM files. Given together with `clientCaFile`, clients must show a certificate of that authority. */
export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
}

/** The gRPC port. */
export interface ServerConfig {
  /** Address or name to listen on. Anything but loopback needs TLS and tokens, or `allowInsecureRemote`. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** gRPC reflection; `auto` is on for a loopback host and off elsewhere. */
  readonly reflection: ReflectionChoice;
  readonly allowInsecureRemote: boolean;
  readonly maxConcurrentStreamsPerConnection: number;
  /** Largest message received or sent, in bytes. */
  readonly maxMessageBytes: number;
  /** Largest Select or Report request, in bytes. */
  readonly maxSelectBytes: number;
  readonly tls?: TlsConfig;
}

/** The HTTP port of `/livez`, `/readyz` and `/metrics`, without a login, and of the dashboard; plain HTTP. */
export interface AdminConfig {
  readonly enabled: boolean;
  /** Address or name to listen on. Anything but loopback needs `allowInsecureRemote`. */
  readonly host: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  readonly allowInsecureRemote: boolean;
  /** HTTPS, with the files of `server.tls`. */
  readonly tls: boolean;
}

export interface StoreConfig {
  /** Folder of the embedded store. */
  readonly path: string;
  /** `memory` forgets everything when the process ends. */
  readonly adapter: StoreAdapter;
  /** A snapshot is written after this many outcomes. */
  readonly snapshotEveryOutcomes: number;
  /** Ends the process where the store fails, for a supervisor to start it anew; else it opens the store again by itself. */
  readonly exitOnStoreError: boolean;
  /** Serves from priors, without reports, where the store cannot be used at the start; else the start fails. */
  readonly startDegraded: boolean;
  /** How fast the background reads what opening the store did not, in MB a second; 0 for never. */
  readonly scrubMegabytesPerSecond: number;
}

/** How long outcomes and decisions are kept. What is learned from outcomes stays; 0 stands for no bound. */
export interface RetentionConfig {
  readonly outcomeDays: number;
  /** On disk, about. */
  readonly outcomeMegabytes: number;
  readonly decisionDays: number;
  /** On disk, about. */
  readonly decisionMegabytes: number;
  readonly rollupMinuteDays: number;
  readonly rollupHourDays: number;
  readonly rollupDayDays: number;
  /** Time between two looks at what may go, in seconds. */
  readonly everySeconds: number;
}

export interface BackupConfig {
  /** Folder that backups are made in, each in one of its own. */
  readonly path: string;
}

export interface RulesConfig {
  /** The policy directory: models, rules, priors, budgets. */
  readonly path: string;
  /** Loads the directory again when a file in it changes. */
  readonly watch: boolean;
  /** Versions that stay in the store, the one in force among them. */
  readonly keepVersions: number;
}

/** How long it is kept who changed what. An entry goes when either is exceeded. */
export interface AuditConfig {
  readonly keepDays: number;
  readonly maxEntries: number;
}

export interface TicketsConfig {
  /** How long after its decision a report is accepted, in hours. */
  readonly lifeHours: number;
  /** Keys that sign tickets. Not inside the store's folder, so that a copy of the store carries no key. */
  readonly keyFile: string;
}

export interface ReportsConfig {
  /** Reports waiting for the disk; more are refused with QUEUE_FULL. */
  readonly maxQueue: number;
  /** Reports written in one group commit. */
  readonly maxBatch: number;
  /** Decisions older than this are expected to have been reported on, in seconds. */
  readonly matureSeconds: number;
}

export interface DecisionLogConfig {
  readonly enabled: boolean;
  /** Decisions waiting for the disk; more are dropped and counted. */
  readonly maxQueue: number;
  /** Names of the request's attributes that are kept; values may be personal, so that none is by itself. */
  readonly attributes: readonly string[];
}

/** A static token, kept as its hash only. */
export interface TokenConfig {
  /** SHA-256 of the token's bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly principal: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
}

/** How the tokens of a prompt are counted where the caller did not. */
export interface CountingConfig {
  /** `o200k` encodes the text, up to a length; `estimate` looks at its characters. */
  readonly tokenizer: Tokenizer;
  /** Texts longer than this, in UTF-16 units, are estimated all the same. */
  readonly tokenizerMaxChars: number;
}

/** A client certificate's name and who shows it. */
export interface CertificateConfig {
  /** A subject alternative name of the certificate: `URI:spiffe://…` or `DNS:…`, compared as it is written. */
  readonly san: string;
  readonly principal: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
}

/** JSON Web Tokens of one issuer. */
export interface JwtConfig {
  /** What `iss` and `aud` have to say. */
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms?: readonly JwtAlgorithm[];
  /** The issuer's public keys: a file that is read again when it changes, or an address; one of the two. */
  readonly jwksFile?: string;
  readonly jwksUrl?: string;
  readonly principalClaim?: string;
  readonly tenantClaim?: string;
  /** A list, or a text with spaces between. */
  readonly rolesClaim?: string;
  /** Stands before each role's name in the claim. */
  readonly rolesPrefix?: string;
  /** How far the issuer's clock may be off, in seconds. */
  readonly clockSkewSeconds?: number;
}

/** With nothing of it, every caller is let in. */
export interface AuthConfig {
  readonly tokens: readonly TokenConfig[];
  readonly certificates: readonly CertificateConfig[];
  readonly jwt?: JwtConfig;
}

/** Whether callers have to say who they are. */
export const authIsRequired = ({ tokens, certificates, jwt }: AuthConfig): boolean =>
  tokens.length > 0 || certificates.length > 0 || jwt !== undefined;

/** How much one client, and all together, may take of the server. */
export interface LimitsConfig {
  readonly maxConnections: number;
  /** Of one remote address. */
  readonly maxConnectionsPerPeer: number;
  /** New ones of one remote address, after a burst of `maxConnectionsPerPeer`; 0 for no limit. */
  readonly connectionsPerSecondPerPeer: number;
  /** Streams that one remote address may reset before its connections are cut; 0 for no limit. */
  readonly resetsPerSecondPerPeer: number;
  readonly maxMetadataBytes: number;
  readonly maxMetadataPairs: number;
  /** After so long a connection is asked to end, so that clients spread anew over servers; ±10 %. */
  readonly connectionAgeSeconds: number;
  /** What calls in flight get then. */
  readonly connectionAgeGraceSeconds: number;
  /** Decisions of one principal; 0 for no limit. None is set on loopback without auth. */
  readonly decisionsPerSecond: number;
  /** When the server gives up on a call by itself. */
  readonly selectDeadlineMs: number;
  readonly reportDeadlineMs: number;
  readonly adminDeadlineMs: number;
}

/** From when on calls are refused before they are read; each 0 for never. */
export interface OverloadConfig {
  /** The event loop's delay, 99th percentile of a window. */
  readonly eventLoopDelayMs: number;
  /** Of what V8 may take. */
  readonly heapPercent: number;
}

export interface LogConfig {
  readonly level: LogLevel;
  /** Lines for people in place of JSON. */
  readonly pretty: boolean;
}

export interface ShutdownConfig {
  /** Health says NOT_SERVING for this long before the ports close, in seconds. */
  readonly notServingSeconds: number;
  /** Calls in flight get this long to end, in seconds. */
  readonly drainSeconds: number;
}

/** Every setting of a server, checked. Relative paths are relative to the working directory. */
export interface Config {
  readonly server: ServerConfig;
  readonly admin: AdminConfig;
  readonly store: StoreConfig;
  readonly retention: RetentionConfig;
  readonly backup: BackupConfig;
  readonly rules: RulesConfig;
  readonly audit: AuditConfig;
  readonly tickets: TicketsConfig;
  readonly reports: ReportsConfig;
  readonly decisionLog: DecisionLogConfig;
  readonly counting: CountingConfig;
  readonly auth: AuthConfig;
  readonly limits: LimitsConfig;
  readonly overload: OverloadConfig;
  readonly log: LogConfig;
  readonly shutdown: ShutdownConfig;
}

/** Beside the store's folder: `./data/store` has its keys in `./data/store.keys`. */
export function defaultKeyFile(storePath: string): string {
  return `${storePath.replace(/[/\\]+$/, '')}.keys`;
}

const DEFAULT_STORE_PATH = './data/store';

/** What a server uses when nobody says anything. */
export const DEFAULT_CONFIG: Config = {
  server: {
    host: '127.0.0.1',
    port: 50051,
    reflection: 'auto',
    allowInsecureRemote: false,
    maxConcurrentStreamsPerConnection: 100,
    maxMessageBytes: 4 * 1024 * 1024,
    maxSelectBytes: 256 * 1024,
  },
  admin: { enabled: true, host: '127.0.0.1', port: 9464, allowInsecureRemote: false, tls: false },
  store: {
    path: DEFAULT_STORE_PATH,
    adapter: 'level',
    snapshotEveryOutcomes: 50_000,
    exitOnStoreError: false,
    startDegraded: false,
    scrubMegabytesPerSecond: 4,
  },
  retention: {
    outcomeDays: 365,
    outcomeMegabytes: 10_240,
    decisionDays: 90,
    decisionMegabytes: 10_240,
    rollupMinuteDays: 2,
    rollupHourDays: 90,
    rollupDayDays: 0,
    everySeconds: 3_600,
  },
  backup: { path: './data/backups' },
  rules: { path: './rules', watch: true, keepVersions: 100 },
  audit: { keepDays: 365, maxEntries: 100_000 },
  tickets: { lifeHours: 168, keyFile: defaultKeyFile(DEFAULT_STORE_PATH) },
  reports: { maxQueue: 10_000, maxBatch: 500, matureSeconds: 3_600 },
  decisionLog: { enabled: true, maxQueue: 10_000, attributes: [] },
  counting: { tokenizer: 'estimate', tokenizerMaxChars: 20_000 },
  auth: { tokens: [], certificates: [] },
  limits: {
    maxConnections: 1_000,
    maxConnectionsPerPeer: 100,
    connectionsPerSecondPerPeer: 50,
    resetsPerSecondPerPeer: 1_000,
    maxMetadataBytes: 8_192,
    maxMetadataPairs: 64,
    connectionAgeSeconds: 1_800,
    connectionAgeGraceSeconds: 30,
    decisionsPerSecond: 20_000,
    selectDeadlineMs: 1_000,
    reportDeadlineMs: 5_000,
    adminDeadlineMs: 10_000,
  },
  overload: { eventLoopDelayMs: 50, heapPercent: 85 },
  log: { level: 'info', pretty: false },
  shutdown: { notServingSeconds: 1, drainSeconds: 20 },
};
