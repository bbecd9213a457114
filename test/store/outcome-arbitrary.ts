import fc from 'fast-check';
import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import { OUTCOME_STATUSES } from '../../src/core/outcome/outcome.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { ArmId } from '../../src/core/registry/model.js';

const TIME_MS = 1_770_000_000_000;

/** The decision id with a number in it; higher numbers are later. */
export function decisionIdOf(number: number): DecisionId {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}` as DecisionId;
}

/** A valid outcome of a decision, with the changes that a test is about. */
export function outcomeOf(decision: number, changes: Partial<Outcome> = {}): Outcome {
  return {
    decisionId: decisionIdOf(decision),
    attempt: 0,
    metric: 'execution',
    digest: 'aaaaaaaaaaaaaaaa',
    tenant: 'acme' as TenantId,
    useCase: 'support-chat' as UseCase,
    segment: 'all',
    armId: 7 as ArmId,
    eventTimeMs: TIME_MS,
    receiveTimeMs: TIME_MS + 40,
    execution: {
      status: 'success',
      latencyMs: 812.5,
      inputTokens: 1200,
      outputTokens: 300.25,
      costNanoUsd: 4_125_000,
    },
    budget: { id: 'team', averageNanoUsd: 2_000_000 },
    propensityQ16: 40_000,
    expectedQualityQ16: 52_000,
    expectedCostNanoUsd: 4_000_000,
    policyVersion: '0123456789abcdef',
    ...changes,
  };
}

/** The quality outcome of a decision. */
export function qualityOf(decision: number, changes: Partial<Outcome> = {}): Outcome {
  const { execution: _, ...rest } = outcomeOf(decision);
  return { ...rest, metric: 'quality', quality: { value: 0.75, source: 'judge' }, ...changes };
}

const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const whole = fc.maxSafeNat();
const uint16 = fc.option(fc.integer({ min: 1, max: 0xffff }), { nil: undefined });
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(Math.abs);

function hex(bytes: { minLength: number; maxLength: number }): fc.Arbitrary<string> {
  return fc.uint8Array(bytes).map((value) => Buffer.from(value).toString('hex'));
}

const execution = fc.record(
  {
    status: fc.constantFrom(...OUTCOME_STATUSES),
    latencyMs: amount,
    timeToFirstTokenMs: amount,
    inputTokens: whole,
    outputTokens: amount,
    costNanoUsd: whole,
    retryAfterMs: whole,
    reasoningTokens: whole,
  },
  { requiredKeys: ['status'], noNullPrototype: true },
);

const quality = fc.record(
  { value: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs), source: text },
  { noNullPrototype: true },
);

const part = fc.oneof(
  execution.map((value) => ({ metric: 'execution' as const, execution: value })),
  quality.map((value) => ({ metric: 'quality' as const, quality: value })),
);

const exposure = fc
  .record({
    experiment: fc.integer({ min: 1, max: 0xffff }),
    group: fc.nat(0xff),
    phase: fc.nat(0xff),
    position: fc.maxSafeNat(),
    covariate: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  })
  .map(({ covariate, ...rest }) => ({ ...rest, ...(covariate !== undefined && { covariate }) }));

const budget = fc.record(
  { id: text.filter((id) => id !== ''), averageNanoUsd: whole },
  { noNullPrototype: true },
);

/** Any outcome that may be written. */
export const anyOutcome: fc.Arbitrary<Outcome> = fc
  .record({
    decisionId: fc.uuid() as fc.Arbitrary<DecisionId>,
    attempt: fc.nat(0xffff),
    digest: hex({ minLength: 8, maxLength: 8 }),
    tenant: text as fc.Arbitrary<TenantId>,
    useCase: text as fc.Arbitrary<UseCase>,
    segment: text,
    armId: fc.nat(0xffff_ffff) as fc.Arbitrary<ArmId>,
    eventTimeMs: fc.nat(TIME_MS),
    receiveTimeMs: fc.nat(TIME_MS).map((later) => TIME_MS + later),
    propensityQ16: fc.nat(0x1_0000),
    expectedQualityQ16: fc.nat(0xffff),
    expectedCostNanoUsd: whole,
    policyVersion: hex({ minLength: 0, maxLength: 32 }),
    part,
    labelProbabilityQ16: fc.option(fc.integer({ min: 1, max: 0x1_0000 }), { nil: undefined }),
    contextMapId: fc.option(fc.integer({ min: 1, max: 0xffff_ffff }), { nil: undefined }),
    expectedInputTokens: fc.option(fc.integer({ min: 1, max: 100_000_000 }), { nil: undefined }),
    costInterval: uint16,
    expectedSuccessQ16: uint16,
    expectedLogLatencyQ10: uint16,
    budget: fc.option(budget, { nil: undefined }),
    exposure: fc.option(exposure, { nil: undefined }),
  })
  .map(({ part: chosen, budget: charged, contextMapId, labelProbabilityQ16, ...told }) => {
    const { expectedInputTokens, costInterval, exposure: drawn, ...others } = told;
    const { expectedSuccessQ16, expectedLogLatencyQ10, ...rest } = others;
    return {
      ...rest,
      ...(expectedInputTokens !== undefined && { expectedInputTokens }),
      ...(costInterval !== undefined && { costInterval }),
      ...(expectedSuccessQ16 !== undefined && { expectedSuccessQ16 }),
      ...(expectedLogLatencyQ10 !== undefined && { expectedLogLatencyQ10 }),
      ...chosen,
      ...(drawn && { exposure: drawn }),
      ...(charged && { budget: charged }),
      ...(contextMapId !== undefined && { contextMapId }),
      ...(labelProbabilityQ16 !== undefined && { labelProbabilityQ16 }),
    };
  });
