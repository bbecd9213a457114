/** Every limit of the wire, with its reason. */
export const LIMITS = {
  /** Metadata-sized names: they are keys in the store and labels of metrics. */
  nameMaxBytes: 63,
  /** As in rules/models.json. */
  modelIdMaxBytes: 256,
  /** Enough for a long context; more is no routing signal and costs time on the hot path. */
  textMaxChars: 200_000,
  /** A conversation's messages; the same reason. */
  messagesMax: 1_024,
  /** The longest embeddings that are sold have 4,096 numbers. */
  embeddingMax: 8_192,
  /** More images than any provider takes in one request that is to be routed. */
  imagesMax: 256,
  imageSideMaxPx: 100_000,
  /** A day of sound. */
  audioMaxMs: 86_400_000,
  attributesMax: 32,
  attributeValueMaxBytes: 256,
  /** With the choice five arms, which the ticket's 512 bytes are made for. */
  fallbacksMax: 4,
  fallbacksDefault: 2,
  labelsMax: 64,
  batchSelectMax: 64,
  batchReportMax: 256,
  attemptsMax: 5,
  /** 2^53 − 1 nano-USD is 9 million USD; no call costs a thousandth of it. */
  costMaxNanoUsd: 1_000_000_000_000n,
  tokensMax: 100_000_000n,
  /** A day: longer calls are not calls to a model. */
  durationMaxMs: 86_400_000,
  /** Quotas are renewed by the month at the latest. */
  retryAfterMaxMs: 31 * 86_400_000,
  pageSizeMax: 1_000,
  pageSizeDefault: 100,
  posteriorPageSizeMax: 10_000,
  posteriorPageSizeDefault: 1_000,
  streamReportsInFlight: 1_000,
  /** A sentence for those who read the audit log. */
  reasonMaxBytes: 500,
  /** SHA-256 in hexadecimal digits. */
  policyVersionMaxChars: 64,
  /** A policy has some dozen files. */
  policyFilesMax: 1_000,
  policyFileNameMaxBytes: 256,
  policyChangesMax: 1_000,
  /** More rows of what a shadow counted are not read by anyone. */
  shadowRowsMax: 100,
  /** Enough for any scalar and most rules; a longer value is in the file. */
  policyChangeValueMaxBytes: 2_048,
  /** Points of one series: a month by the hour is 744, and no screen is wider. */
  seriesPointsMax: 3_000,
  /** Of all series of an answer, which has to fit a message. */
  answerPointsMax: 10_000,
  quantilesMax: 10,
  /** The end of the year 9999, which a Timestamp ends with. */
  timeMaxMs: 253_402_300_799_000,
} as const;

function holds(relation: boolean, what: string): void {
  if (!relation) throw new Error(`limits contradict each other: ${what}`);
}

holds(LIMITS.fallbacksDefault <= LIMITS.fallbacksMax, 'default fallbacks');
holds(LIMITS.attemptsMax === LIMITS.fallbacksMax + 1, 'attempts are the choice and its fallbacks');
holds(LIMITS.pageSizeDefault <= LIMITS.pageSizeMax, 'default page');
holds(LIMITS.posteriorPageSizeDefault <= LIMITS.posteriorPageSizeMax, 'default page of posteriors');
