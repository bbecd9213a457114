import type { AttemptReport } from '../../core/outcome/normalize.js';
import type { TokenUsage } from '../../core/cost/token-usage.js';
import type { Duration } from '../../gen/google/protobuf/duration.js';
import {
  OutcomeStatus,
  type AttemptOutcome,
  type ReportRequest,
  type Usage,
} from '../../gen/sextant/v1/outcome.js';
import { outcomeStatusEnum } from '../encode/enums.js';
import { msFromDuration, msFromTimestamp } from '../encode/time.js';
import { LIMITS } from '../limits.js';
import { Violations } from './violations.js';

interface Range {
  readonly low: number;
  readonly high: number;
}

const TOKENS = { low: 0n, high: LIMITS.tokensMax };
const COST = { low: 0n, high: LIMITS.costMaxNanoUsd };
const DURATION: Range = { low: 0, high: LIMITS.durationMaxMs };
const RETRY_AFTER: Range = { low: 0, high: LIMITS.retryAfterMaxMs };
const NANOS_PER_SECOND = 1_000_000_000;

/** The attempts of a report, checked. @throws SextantError INVALID_FIELD with every violation. */
export function decodeReport(wire: ReportRequest): readonly AttemptReport[] {
  const violations = new Violations();
  if (wire.ticket.length === 0) violations.add('ticket', 'is required');
  if (wire.attempts.length === 0) violations.add('attempts', 'must have at least one');
  if (wire.attempts.length > LIMITS.attemptsMax)
    violations.add('attempts', `must have at most ${LIMITS.attemptsMax}`);
  const seen = new Set<number>();
  const attempts = wire.attempts.slice(0, LIMITS.attemptsMax).map((attempt, i) => {
    if (seen.has(attempt.attempt))
      violations.add(`attempts[${i}].attempt`, `attempt ${attempt.attempt} is there twice`);
    seen.add(attempt.attempt);
    return readAttempt(`attempts[${i}]`, attempt, violations);
  });
  violations.throwIfAny();
  return attempts;
}

function readAttempt(path: string, wire: AttemptOutcome, violations: Violations): AttemptReport {
  const hasStatus = wire.status !== OutcomeStatus.UNSPECIFIED;
  const status = outcomeStatusEnum.decode(wire.status);
  if (hasStatus && status === undefined) {
    violations.add(`${path}.status`, `${wire.status} is not one of ${outcomeStatusEnum.words.join(', ')}`);
  }
  if (!hasStatus) forbidExecution(path, wire, violations);
  if (wire.qualitySource !== '' && wire.quality === undefined)
    violations.add(`${path}.quality_source`, 'goes with a quality only');
  const latencyMs = readDuration(`${path}.latency`, wire.latency, violations);
  const timeToFirstTokenMs = readDuration(`${path}.time_to_first_token`, wire.timeToFirstToken, violations);
  if (latencyMs !== undefined && timeToFirstTokenMs !== undefined && timeToFirstTokenMs > latencyMs) {
    violations.add(`${path}.time_to_first_token`, 'must not exceed latency');
  }
  const retryAfterMs = readRetryAfter(`${path}.retry_after`, wire, violations);
  return {
    attempt: wire.attempt,
    ...(status && { status }),
    ...(wire.quality !== undefined && {
      quality: violations.number(`${path}.quality`, wire.quality, { low: 0, high: 1 }),
    }),
    qualitySource: violations.text(`${path}.quality_source`, wire.qualitySource, {
      maxBytes: LIMITS.nameMaxBytes,
      required: false,
    }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(timeToFirstTokenMs !== undefined && { timeToFirstTokenMs }),
    ...(wire.usage && { usage: readUsage(`${path}.usage`, wire.usage, violations) }),
    ...(wire.costNanoUsd !== undefined && {
      costNanoUsd: violations.whole(`${path}.cost_nano_usd`, wire.costNanoUsd, COST),
    }),
    ...(wire.endTime !== undefined && {
      endTimeMs: readEndTime(`${path}.end_time`, wire.endTime, violations),
    }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Providers send it with 429 and 503 (RFC 9110, §10.2.3); with anything else it is a mistake. */
function readRetryAfter(path: string, wire: AttemptOutcome, violations: Violations): number | undefined {
  if (wire.retryAfter === undefined) return undefined;
  if (wire.status !== OutcomeStatus.RATE_LIMITED && wire.status !== OutcomeStatus.SERVER_ERROR) {
    violations.add(path, 'goes with rate_limited and server_error only');
  }
  const ms = readDuration(path, wire.retryAfter, violations, RETRY_AFTER);
  return ms === undefined ? undefined : Math.ceil(ms);
}

/** Without a status there is no execution: a report that only brings a quality may say nothing of one. */
function forbidExecution(path: string, wire: AttemptOutcome, violations: Violations): void {
  const { latency, timeToFirstToken, usage, costNanoUsd } = wire;
  const told = latency ?? timeToFirstToken ?? usage ?? costNanoUsd;
  if (told !== undefined) violations.add(`${path}.status`, 'is required with latency, usage or cost');
  else if (wire.quality === undefined)
    violations.add(`${path}.status`, 'is required where there is no quality');
}

function readDuration(
  path: string,
  wire: Duration | undefined,
  violations: Violations,
  range = DURATION,
): number | undefined {
  if (wire === undefined) return undefined;
  if (wire.nanos < 0 || wire.nanos >= NANOS_PER_SECOND) {
    violations.add(`${path}.nanos`, `must be from 0 to ${NANOS_PER_SECOND - 1}`);
    return 0;
  }
  return violations.number(path, msFromDuration(wire), range);
}

function readEndTime(path: string, wire: Duration, violations: Violations): number {
  if (wire.nanos < 0 || wire.nanos >= NANOS_PER_SECOND || wire.seconds < 0n || wire.seconds > LAST_SECOND) {
    violations.add(path, 'must be a time from 1970 to 9999');
    return 0;
  }
  return msFromTimestamp(wire);
}

/** 9999-12-31T23:59:59Z, the end of google.protobuf.Timestamp. */
const LAST_SECOND = 253_402_300_799n;

/** Fields of a usage by their names in the contract, and the whole that a part belongs to. */
const USAGE_FIELDS = [
  { name: 'input_tokens', field: 'inputTokens' },
  { name: 'output_tokens', field: 'outputTokens' },
  { name: 'cached_input_tokens', field: 'cachedInputTokens', whole: 'inputTokens' },
  { name: 'cache_write_tokens', field: 'cacheWriteTokens', whole: 'inputTokens' },
  { name: 'cache_write_1h_tokens', field: 'cacheWrite1hTokens', whole: 'inputTokens' },
  { name: 'audio_input_tokens', field: 'audioInputTokens', whole: 'inputTokens' },
  { name: 'image_input_tokens', field: 'imageInputTokens', whole: 'inputTokens' },
  { name: 'reasoning_tokens', field: 'reasoningTokens', whole: 'outputTokens' },
  { name: 'audio_output_tokens', field: 'audioOutputTokens', whole: 'outputTokens' },
  { name: 'image_output_tokens', field: 'imageOutputTokens', whole: 'outputTokens' },
  { name: 'tool_calls', field: 'toolCalls' },
] as const satisfies readonly {
  readonly name: string;
  readonly field: keyof Usage & keyof TokenUsage;
  readonly whole?: 'inputTokens' | 'outputTokens';
}[];
const NAME_OF_WHOLE = { inputTokens: 'input_tokens', outputTokens: 'output_tokens' } as const;

function readUsage(path: string, wire: Usage, violations: Violations): NonNullable<AttemptReport['usage']> {
  const usage: { -readonly [Field in keyof TokenUsage]?: number } = {};
  const left = {
    inputTokens: Number(wire.inputTokens ?? -1n),
    outputTokens: Number(wire.outputTokens ?? -1n),
  };
  for (const { name, field, ...part } of USAGE_FIELDS) {
    const value = wire[field];
    if (value === undefined) continue;
    const tokens = violations.whole(`${path}.${name}`, value, TOKENS);
    usage[field] = tokens;
    if (!('whole' in part)) continue;
    left[part.whole] -= tokens;
    if (left[part.whole] < 0) {
      const whole = NAME_OF_WHOLE[part.whole];
      const alone = tokens > Number(wire[part.whole] ?? -1n);
      const what = alone ? 'must not exceed it' : 'with its other parts must not exceed it';
      violations.add(`${path}.${name}`, `is part of ${whole} and ${what}`);
      left[part.whole] = Infinity;
    }
  }
  return usage;
}
