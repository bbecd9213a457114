import { exposureFromBytes } from '../../src/core/experiment/exposure.js';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionIdFromBytes } from '../../src/core/ids.js';
import { OUTCOME_METRICS, OUTCOME_STATUSES } from '../../src/core/outcome/outcome.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { OutcomeBlock as BlockMessage } from '../../src/gen/sextant/storage/v1/storage.js';
import type { OutcomeRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { decodeBlock, encodeBlock } from '../../src/store/outcome-codec.js';
import { StoreError } from '../../src/store/store-error.js';
import { anyOutcome, outcomeOf, qualityOf } from './outcome-arbitrary.js';

const HEADER_BYTES = 5;

const anyBlock = fc.record(
  {
    firstSequence: fc.maxSafeNat().map((n) => Math.floor(n / 2)),
    outcomes: fc.array(anyOutcome, { minLength: 1, maxLength: 12 }),
  },
  { noNullPrototype: true },
);

describe('the outcome codec', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(decodeBlock(encodeBlock(block), block.firstSequence)).toStrictEqual(block);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with the generated reader on every field that the contract names', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const bytes = encodeBlock(block);
        const message = BlockMessage.decode(bytes.subarray(HEADER_BYTES));
        expect({
          firstSequence: Number(message.firstSequence),
          outcomes: message.records.map(outcomeOfRecord),
        }).toStrictEqual(decodeBlock(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('detects every flipped bit', () => {
    const block = { firstSequence: 12, outcomes: [outcomeOf(1), qualityOf(1)] };
    const bytes = Buffer.from(encodeBlock(block));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeBlock(flipped, 12), `bit ${bit}`).toThrow(StoreError);
    }
  });

  it('says so when a newer version wrote the block', () => {
    const bytes = Buffer.from(encodeBlock({ firstSequence: 0, outcomes: [outcomeOf(1)] }));
    bytes[4] = 2;
    bytes.writeUInt32BE(crc32(bytes.subarray(4)), 0);
    expect(() => decodeBlock(bytes)).toThrow(expect.objectContaining({ code: 'STORE_NEWER' }) as Error);
  });

  it('detects every cut', () => {
    const bytes = encodeBlock({ firstSequence: 0, outcomes: [outcomeOf(1)] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBlock(bytes.subarray(0, length))).toThrow(StoreError);
    }
  });

  it('names the position of a damaged block and of one that lies at the wrong place', () => {
    const bytes = encodeBlock({ firstSequence: 40, outcomes: [outcomeOf(1)] });
    expect(() => decodeBlock(bytes.subarray(1), 40)).toThrow(/sequence 40 is damaged/);
    expect(() => decodeBlock(bytes, 41)).toThrow(/sequence 41 is damaged: it says that it starts at 40/);
  });

  it.each([
    ['latencyMs', outcomeOf(1, { execution: { status: 'success', latencyMs: NaN } })],
    ['latencyMs', outcomeOf(1, { execution: { status: 'success', latencyMs: -1 } })],
    ['outputTokens', outcomeOf(1, { execution: { status: 'success', outputTokens: Infinity } })],
    ['costNanoUsd', outcomeOf(1, { execution: { status: 'success', costNanoUsd: 0.5 } })],
    ['retryAfterMs', outcomeOf(1, { execution: { status: 'rate_limited', retryAfterMs: -1 } })],
    ['reasoningTokens', outcomeOf(1, { execution: { status: 'success', reasoningTokens: 0.5 } })],
    ['expectedInputTokens', outcomeOf(1, { expectedInputTokens: -1 })],
    ['costInterval', outcomeOf(1, { costInterval: 0x1_0000 })],
    ['expectedSuccessQ16', outcomeOf(1, { expectedSuccessQ16: 0x1_0000 })],
    ['expectedLogLatencyQ10', outcomeOf(1, { expectedLogLatencyQ10: -1 })],
    ['exposure.experiment', outcomeOf(1, { exposure: { experiment: 0, group: 0, phase: 0, position: 0 } })],
    [
      'exposure.position',
      outcomeOf(1, { exposure: { experiment: 1, group: 0, phase: 0, position: 2 ** 53 } }),
    ],
    ['quality.value', qualityOf(1, { quality: { value: 1.01, source: '' } })],
    ['eventTimeMs', outcomeOf(1, { eventTimeMs: 2, receiveTimeMs: 1 })],
    ['propensityQ16', outcomeOf(1, { propensityQ16: 0x1_0001 })],
    ['budget.id', outcomeOf(1, { budget: { id: '', averageNanoUsd: 0 } })],
    ['tenant', outcomeOf(1, { tenant: '\ud800' as Outcome['tenant'] })],
    ['decisionId', outcomeOf(1, { decisionId: 'x' as Outcome['decisionId'] })],
    ['digest', outcomeOf(1, { digest: 'zz' })],
    ['execution must be there', outcomeOf(1, { metric: 'quality' })],
  ])('never writes a wrong %s', (field, outcome) => {
    expect(() => encodeBlock({ firstSequence: 0, outcomes: [outcome] })).toThrow(RangeError);
    expect(() => encodeBlock({ firstSequence: 0, outcomes: [outcome] })).toThrow(field);
  });

  it('numbers statuses as the public contract does', () => {
    const names = OUTCOME_STATUSES.map((_, index) => OutcomeStatus[index + 1]?.toLowerCase());
    expect(names).toEqual(OUTCOME_STATUSES);
  });
});

/** The dumb way: by the generated reader. */
function outcomeOfRecord(record: OutcomeRecord): Outcome {
  const optional = <T>(key: string, value: T | undefined): object =>
    value === undefined ? {} : { [key]: value };
  const number = (value: bigint | undefined): number | undefined =>
    value === undefined ? undefined : Number(value);
  return {
    decisionId: decisionIdFromBytes(record.decisionId),
    attempt: record.attempt,
    metric: OUTCOME_METRICS[record.metric - 1]!,
    digest: Buffer.from(record.digest).toString('hex'),
    tenant: record.tenant as Outcome['tenant'],
    useCase: record.useCase as Outcome['useCase'],
    segment: record.segment,
    armId: record.armId as Outcome['armId'],
    eventTimeMs: Number(record.eventTimeMs),
    receiveTimeMs: Number(record.receiveTimeMs),
    ...(record.status !== 0 && {
      execution: {
        status: OUTCOME_STATUSES[record.status - 1]!,
        ...optional('latencyMs', record.latencyMs),
        ...optional('timeToFirstTokenMs', record.timeToFirstTokenMs),
        ...optional('inputTokens', number(record.inputTokens)),
        ...optional('outputTokens', record.outputTokens),
        ...optional('costNanoUsd', number(record.costNanoUsd)),
        ...optional('retryAfterMs', number(record.retryAfterMs)),
        ...optional('reasoningTokens', number(record.reasoningTokens)),
      },
    }),
    ...(record.quality !== undefined && { quality: { value: record.quality, source: record.qualitySource } }),
    ...(record.budgetId !== '' && {
      budget: { id: record.budgetId, averageNanoUsd: Number(record.budgetAverageNanoUsd) },
    }),
    propensityQ16: record.propensityQ16,
    expectedQualityQ16: record.expectedQualityQ16,
    expectedCostNanoUsd: Number(record.expectedCostNanoUsd),
    policyVersion: Buffer.from(record.policyVersion).toString('hex'),
    ...(record.contextMapId !== 0 && { contextMapId: record.contextMapId }),
    ...(record.labelProbabilityQ16 !== 0 && { labelProbabilityQ16: record.labelProbabilityQ16 }),
    ...(record.expectedInputTokens !== 0n && { expectedInputTokens: Number(record.expectedInputTokens) }),
    ...(record.exposure.length > 0 && { exposure: exposureFromBytes(record.exposure)! }),
    ...(record.costInterval !== 0 && { costInterval: record.costInterval }),
    ...(record.expectedSuccessQ16 !== 0 && { expectedSuccessQ16: record.expectedSuccessQ16 }),
    ...(record.expectedLogLatencyQ10 !== 0 && { expectedLogLatencyQ10: record.expectedLogLatencyQ10 }),
  };
}
