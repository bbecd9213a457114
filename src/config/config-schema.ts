import {
  DEFAULT_CONFIG,
  JWT_ALGORITHMS,
  LOG_LEVELS,
  REFLECTION_CHOICES,
  ROLES,
  STORE_ADAPTERS,
  TOKENIZERS,
} from './config.js';

/** The part of JSON Schema (draft-07) that the configuration uses. */
export interface SettingSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** A value that no message may show. */
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: SettingSchema;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
}

const MAX_PORT = 65_535;
const GIB = 1024 ** 3;
const DAY_SECONDS = 86_400;

/** `default` is filled in from DEFAULT_CONFIG, so that each value is written once. */
function section(
  name: keyof typeof DEFAULT_CONFIG,
  properties: Record<string, SettingSchema>,
): SettingSchema {
  const defaults = DEFAULT_CONFIG[name] as unknown as Readonly<Record<string, unknown>>;
  const filled = Object.entries(properties).map(([key, setting]): [string, SettingSchema] =>
    // The key file's default follows the store's path.
    key in defaults && key !== 'keyFile' ? [key, { ...setting, default: defaults[key] }] : [key, setting],
  );
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(filled) };
}

const boolean = (description: string): SettingSchema => ({ type: 'boolean', description });
const text = (description: string): SettingSchema => ({ type: 'string', minLength: 1, description });
const count = (range: { minimum: number; maximum: number }, description: string): SettingSchema => ({
  type: 'integer',
  ...range,
  description,
});
const seconds = (description: string): SettingSchema => ({
  type: 'number',
  minimum: 0,
  maximum: DAY_SECONDS,
  description,
});

const host = text('Address or name to listen on; anything but loopback has to be secured or allowed.');
const port = count({ minimum: 0, maximum: MAX_PORT }, 'TCP port; 0 takes any free one.');

const tls: SettingSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'PEM files; certFile and keyFile go together.',
  properties: {
    certFile: text("The server's certificate chain."),
    keyFile: text("The certificate's private key."),
    clientCaFile: text('The authority whose certificates clients must show.'),
  },
};

const principal = {
  principal: { ...text('Who calls, as the log names them.'), maxLength: 63 },
  tenant: { ...text('Whose posteriors, budgets and decisions the caller works on.'), maxLength: 63 },
  roles: {
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    description: 'What the caller may do.',
    items: { type: 'string', enum: ROLES },
  },
} as const satisfies Record<string, SettingSchema>;

const token: SettingSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['sha256', 'principal', 'tenant', 'roles'],
  properties: {
    sha256: {
      type: 'string',
      pattern: '^[0-9a-f]{64}$',
      writeOnly: true,
      description: "SHA-256 of the token's bytes: 64 lower-case hexadecimal digits.",
    },
    ...principal,
  },
};

const certificate: SettingSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['san', 'principal', 'tenant', 'roles'],
  properties: {
    san: {
      type: 'string',
      pattern: '^(URI|DNS):.+$',
      description: 'A subject alternative name of the certificate, such as URI:spiffe://example.org/chat.',
    },
    ...principal,
  },
};

const jwt: SettingSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'JSON Web Tokens of one issuer; with jwksFile or jwksUrl.',
  properties: {
    issuer: text('What iss has to say.'),
    audience: text('What aud has to say.'),
    algorithms: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      description: 'Signatures that are taken; ES256 and RS256 where not given.',
      items: { type: 'string', enum: JWT_ALGORITHMS },
    },
    jwksFile: text("A file with the issuer's public keys, read again when it changes."),
    jwksUrl: { ...text("The https address of the issuer's public keys."), pattern: '^https://.+$' },
    principalClaim: text('The claim that names who calls; sub where not given.'),
    tenantClaim: text('The claim that names the tenant; tenant where not given.'),
    rolesClaim: text(
      'The claim with the roles, a list or a text with spaces between; roles where not given.',
    ),
    rolesPrefix: text("What stands before each role's name in the claim, such as sextant:."),
    clockSkewSeconds: count(
      { minimum: 0, maximum: 600 },
      "How far the issuer's clock may be off, in seconds; 30 where not given.",
    ),
  },
};

/**
 * The configuration's JSON Schema. Nothing at the top is required: what one source leaves out another may
 * give, and defaults fill the rest.
 */
export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Sextant server configuration',
  description: 'Relative paths are relative to the working directory of the server.',
  type: 'object',
  additionalProperties: false,
  properties: {
    server: section('server', {
      host,
      port,
      reflection: {
        enum: REFLECTION_CHOICES,
        description: 'gRPC reflection; auto is on for a loopback host and off elsewhere.',
      },
      allowInsecureRemote: boolean('Listen beyond loopback even without TLS and tokens.'),
      maxConcurrentStreamsPerConnection: count({ minimum: 1, maximum: 10_000 }, 'Calls open at once.'),
      maxMessageBytes: count({ minimum: 1024, maximum: GIB }, 'Largest message received or sent, in bytes.'),
      maxSelectBytes: count({ minimum: 1024, maximum: GIB }, 'Largest Select or Report request, in bytes.'),
      tls,
    }),
    admin: section('admin', {
      enabled: boolean('Serve health and metrics over HTTP.'),
      host,
      port,
      allowInsecureRemote: boolean('Listen beyond loopback, although metrics ask for no login.'),
      tls: boolean('HTTPS, with the certificate and the key of server.tls.'),
    }),
    store: section('store', {
      path: text("The embedded store's folder."),
      adapter: { type: 'string', enum: STORE_ADAPTERS, description: 'memory forgets all at the end.' },
      snapshotEveryOutcomes: count(
        { minimum: 1, maximum: 100_000_000 },
        'Outcomes between two snapshots of the state.',
      ),
      exitOnStoreError: boolean('End the process where the store fails, for a supervisor to start it anew.'),
      startDegraded: boolean(
        'Serve from priors, without reports, where the store cannot be used at the start.',
      ),
      scrubMegabytesPerSecond: count(
        { minimum: 0, maximum: 10_000 },
        'How fast the store is read through for damage after each start; 0 for never.',
      ),
    }),
    retention: section('retention', {
      outcomeDays: count(
        { minimum: 0, maximum: 36_500 },
        'Days that outcomes are kept; what was learned stays. 0 for ever.',
      ),
      outcomeMegabytes: count(
        { minimum: 0, maximum: 100_000_000 },
        'Room that outcomes may take on disk, about; 0 for no bound.',
      ),
      decisionDays: count(
        { minimum: 0, maximum: 36_500 },
        'Days that logged decisions are kept; 0 for ever.',
      ),
      decisionMegabytes: count(
        { minimum: 0, maximum: 100_000_000 },
        'Room that logged decisions may take on disk, about; 0 for no bound.',
      ),
      rollupMinuteDays: count(
        { minimum: 0, maximum: 36_500 },
        'Days that sums by the minute are kept; 0 for ever.',
      ),
      rollupHourDays: count(
        { minimum: 0, maximum: 36_500 },
        'Days that sums by the hour are kept; 0 for ever.',
      ),
      rollupDayDays: count(
        { minimum: 0, maximum: 36_500 },
        'Days that sums by the day are kept; 0 for ever.',
      ),
      everySeconds: count({ minimum: 1, maximum: DAY_SECONDS }, 'Seconds between two looks at what may go.'),
    }),
    backup: section('backup', {
      path: text('The folder that backups are made in, each in one of its own.'),
    }),
    rules: section('rules', {
      path: text('The policy directory: models, rules, priors, budgets.'),
      watch: boolean('Load the directory again when a file in it changes.'),
      keepVersions: count(
        { minimum: 2, maximum: 10_000 },
        'Versions that stay in the store to go back to, the one in force among them.',
      ),
    }),
    audit: section('audit', {
      keepDays: count({ minimum: 1, maximum: 36_500 }, 'Days that an entry of the audit log is kept.'),
      maxEntries: count({ minimum: 1, maximum: 10_000_000 }, 'Entries of the audit log that are kept.'),
    }),
    tickets: section('tickets', {
      lifeHours: {
        type: 'number',
        minimum: 1,
        maximum: 720,
        description: 'How long after its decision a report is accepted, in hours.',
      },
      keyFile: text("Keys that sign tickets; by default the store's path with .keys behind it."),
    }),
    reports: section('reports', {
      maxQueue: count({ minimum: 1, maximum: 1_000_000 }, 'Reports waiting for the disk; more are refused.'),
      maxBatch: count({ minimum: 1, maximum: 100_000 }, 'Reports written in one group commit.'),
      matureSeconds: count(
        { minimum: 1, maximum: 604_800 },
        'Decisions older than this, in seconds, are expected to have been reported on.',
      ),
    }),
    decisionLog: section('decisionLog', {
      enabled: boolean('Keep decisions for analysis.'),
      maxQueue: count(
        { minimum: 1, maximum: 1_000_000 },
        'Decisions waiting for the disk; from half of it on they are dropped by chance.',
      ),
      attributes: {
        type: 'array',
        uniqueItems: true,
        description: "Names of requests' attributes that are kept, for rules that read them.",
        items: { type: 'string', minLength: 1, maxLength: 256 },
      },
    }),
    counting: section('counting', {
      tokenizer: {
        type: 'string',
        enum: TOKENIZERS,
        description:
          "How prompts are counted that callers did not count: o200k is GPT-4o's and exact for it.",
      },
      tokenizerMaxChars: count(
        { minimum: 1, maximum: 200_000 },
        'Longer texts are estimated all the same: 20,000 characters take the tokenizer 2 ms.',
      ),
    }),
    auth: section('auth', {
      tokens: {
        type: 'array',
        description: 'Static tokens, as hashes; with none, every caller is let in.',
        items: token,
      },
      certificates: {
        type: 'array',
        description: 'Who shows which client certificate; needs server.tls.clientCaFile.',
        items: certificate,
      },
      jwt,
    }),
    limits: section('limits', {
      maxConnections: count({ minimum: 1, maximum: 1_000_000 }, 'Connections at once.'),
      maxConnectionsPerPeer: count({ minimum: 1, maximum: 1_000_000 }, 'Connections of one address at once.'),
      connectionsPerSecondPerPeer: count(
        { minimum: 0, maximum: 1_000_000 },
        'New connections a second of one address, after a burst of maxConnectionsPerPeer; 0 for no limit.',
      ),
      resetsPerSecondPerPeer: count(
        { minimum: 0, maximum: 1_000_000 },
        'Streams a second that one address may reset before its connections are cut; 0 for no limit.',
      ),
      maxMetadataBytes: count({ minimum: 256, maximum: 65_536 }, "A call's metadata, in bytes."),
      maxMetadataPairs: count({ minimum: 8, maximum: 128 }, "A call's metadata, in entries."),
      connectionAgeSeconds: count(
        { minimum: 0, maximum: 86_400 },
        'After so long a connection is asked to end; 0 for never.',
      ),
      connectionAgeGraceSeconds: count(
        { minimum: 1, maximum: 3_600 },
        'What calls in flight get then, in seconds.',
      ),
      decisionsPerSecond: count(
        { minimum: 0, maximum: 10_000_000 },
        'Decisions a second of one principal; 0 for no limit. None on loopback without auth.',
      ),
      selectDeadlineMs: count(
        { minimum: 1, maximum: 3_600_000 },
        'The longest for a call of SelectionService.',
      ),
      reportDeadlineMs: count({ minimum: 1, maximum: 3_600_000 }, 'The longest for Report and ReportBatch.'),
      adminDeadlineMs: count(
        { minimum: 1, maximum: 3_600_000 },
        'The longest for every other call but Backup.',
      ),
    }),
    overload: section('overload', {
      eventLoopDelayMs: count(
        { minimum: 0, maximum: 60_000 },
        "The event loop's delay from which on calls are refused; 0 for never.",
      ),
      heapPercent: count(
        { minimum: 0, maximum: 99 },
        'The share of the heap from which on calls are refused; 0 for never.',
      ),
    }),
    log: section('log', {
      level: { type: 'string', enum: LOG_LEVELS, description: 'The least severe line that is written.' },
      pretty: boolean('Lines for people in place of JSON.'),
    }),
    shutdown: section('shutdown', {
      notServingSeconds: seconds('Time between NOT_SERVING and the closing of the ports, in seconds.'),
      drainSeconds: seconds('Time that calls in flight get to end, in seconds.'),
    }),
  },
} as const satisfies SettingSchema & Record<string, unknown>;
