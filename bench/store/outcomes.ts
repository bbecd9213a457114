import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { rngFromSeed } from '../../src/core/random.js';
import type { ArmId } from '../../src/core/registry/model.js';

const ARMS = 12;
const USE_CASES = 5;
const SEGMENTS = ['low', 'medium', 'high'] as const;
/** Between decisions, where nothing else is said. */
const MS_BETWEEN = 200;
/** One in 48 of a coordinate's unit, as a context is quantised. */
const STEPS = 48;

export interface OutcomeMix {
  /** Of the first decision, in milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** Coordinates of each context; 0 for none. */
  readonly contextSize: number;
  /** Between two decisions. */
  readonly msBetween?: number;
}

/** Outcomes as a server records them: an execution and a quality of each decision, one decision every 200 ms. */
export function* outcomePairs(
  decisions: number,
  { startMs, contextSize, msBetween = MS_BETWEEN }: OutcomeMix,
): Generator<readonly [Outcome, Outcome]> {
  const rng = rngFromSeed(1n);
  for (let n = 0; n < decisions; n++) {
    const timeMs = Math.floor(startMs + n * msBetween);
    const common = {
      decisionId: decisionIdAt(timeMs, n),
      attempt: 0,
      tenant: 'acme' as TenantId,
      useCase: `use-case-${n % USE_CASES}` as UseCase,
      segment: SEGMENTS[Math.floor(rng() * SEGMENTS.length)]!,
      armId: (1 + Math.floor(rng() * ARMS)) as ArmId,
      eventTimeMs: timeMs + 1_000,
      receiveTimeMs: timeMs + 1_040,
      propensityQ16: 1 + Math.floor(rng() * 65_535),
      expectedQualityQ16: Math.floor(rng() * 65_535),
      expectedCostNanoUsd: Math.floor(rng() * 1e7),
      expectedOutputTokens: 300,
      expectedSuccessQ16: 64_000,
      expectedLogLatencyQ10: 7_600,
      expectedInputTokens: 900,
      budget: { id: 'monthly/acme', averageNanoUsd: 2_000_000 },
      policyVersion: '0123456789abcdef',
      ...(contextSize > 0 && { context: contextOf(contextSize, rng) }),
    };
    const execution = {
      status: 'success' as const,
      latencyMs: 200 + 3_000 * rng(),
      timeToFirstTokenMs: 100 + 300 * rng(),
      inputTokens: Math.floor(2_000 * rng()),
      outputTokens: 1 + Math.floor(900 * rng()),
      costNanoUsd: Math.floor(1e7 * rng()),
    };
    const digest = n.toString(16).padStart(16, '0');
    yield [
      { ...common, metric: 'execution', digest, execution },
      { ...common, metric: 'quality', digest, quality: { value: rng(), source: 'judge' } },
    ];
  }
}

function contextOf(size: number, rng: () => number): Int8Array {
  return Int8Array.from({ length: size }, (_, i) => (i === 0 ? STEPS : Math.floor((2 * rng() - 1) * STEPS)));
}

function decisionIdAt(timeMs: number, number: number): DecisionId {
  const time = timeMs.toString(16).padStart(12, '0');
  const rest = number.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}` as DecisionId;
}
