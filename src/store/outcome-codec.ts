import { crc32 } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { contextToBytes } from '../core/context/context-bytes.js';
import { exposureToBytes } from '../core/experiment/exposure.js';
import { decisionIdToBytes } from '../core/ids.js';
import { OUTCOME_METRICS, OUTCOME_STATUSES } from '../core/outcome/outcome.js';
import type { Outcome } from '../core/outcome/outcome.js';
import { OutcomeRecord } from '../gen/sextant/storage/v1/storage.js';
import { ByteCursor } from './byte-cursor.js';
import { assertOutcome, numericFault } from './outcome-check.js';
import { readOutcome } from './outcome-reader.js';
import type { OutcomeBlock } from './ports.js';
import { StoreError } from './store-error.js';

/** Version of the bytes of a block. */
const BLOCK_FORMAT = 1;
/** CRC-32 of all that follows (4 bytes, big-endian), format (1), then the protobuf body. */
const HEADER_BYTES = 5;
const FORMAT_AT = 4;

const TAG_FIRST_SEQUENCE = 0x08;
const TAG_RECORD = 0x12;

/**
 * A block as it lies on disk.
 *
 * @throws RangeError on an empty block, or where an outcome breaks its invariants: a number that is
 *   not finite never reaches the disk.
 */
export function encodeBlock(block: OutcomeBlock): Uint8Array {
  const { firstSequence, outcomes } = block;
  if (outcomes.length === 0) throw new RangeError('a block holds at least one outcome');
  if (firstSequence < 0 || !Number.isSafeInteger(firstSequence + outcomes.length)) {
    throw new RangeError(`no block can start at ${firstSequence}`);
  }
  const writer = new BinaryWriter().uint32(TAG_FIRST_SEQUENCE).uint64(firstSequence);
  for (const outcome of outcomes) {
    OutcomeRecord.encode(recordOf(outcome), writer.uint32(TAG_RECORD).fork()).join();
  }
  const body = writer.finish();
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  bytes[FORMAT_AT] = BLOCK_FORMAT;
  bytes.set(body, HEADER_BYTES);
  bytes.writeUInt32BE(crc32(bytes.subarray(FORMAT_AT)), 0);
  return bytes;
}

/**
 * The block that `encodeBlock` wrote.
 *
 * @param atSequence the position that its key names; the block must agree with it.
 * @throws StoreError `STORE_CORRUPT` naming the position where checksum, shape or a value is wrong;
 *   `STORE_NEWER` where a later version wrote it.
 */
export function decodeBlock(bytes: Uint8Array, atSequence?: number): OutcomeBlock {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (source.length < HEADER_BYTES) throw corrupt(atSequence, 'it is cut short');
  if (source.readUInt32BE(0) !== crc32(source.subarray(FORMAT_AT)))
    throw corrupt(atSequence, 'its checksum is wrong');
  if (source[FORMAT_AT] !== BLOCK_FORMAT) {
    throw new StoreError(
      'STORE_NEWER',
      `${blockName(atSequence)} has format ${source[FORMAT_AT]}, this version knows ${BLOCK_FORMAT}: use the newer version that wrote it`,
    );
  }
  try {
    const block = readBody(source);
    if (atSequence !== undefined && block.firstSequence !== atSequence) {
      throw new RangeError(`it says that it starts at ${block.firstSequence}`);
    }
    return block;
  } catch (error) {
    if (error instanceof RangeError) throw corrupt(atSequence, error.message, error);
    throw error;
  }
}

function readBody(source: Buffer): OutcomeBlock {
  const cursor = new ByteCursor(source);
  cursor.pos = HEADER_BYTES;
  let firstSequence = 0;
  const outcomes: Outcome[] = [];
  while (cursor.pos < source.length) {
    const tag = cursor.varint();
    if (tag === TAG_FIRST_SEQUENCE) firstSequence = cursor.varint();
    else if (tag === TAG_RECORD) outcomes.push(checked(readOutcome(cursor, cursor.span()), outcomes.length));
    else cursor.skip(tag);
  }
  if (outcomes.length === 0) throw new RangeError('it holds no outcome');
  return { firstSequence, outcomes };
}

function checked(outcome: Outcome, index: number): Outcome {
  const found = numericFault(outcome);
  if (found !== undefined) throw new RangeError(`in outcome ${index}, ${found}`);
  return outcome;
}

function recordOf(outcome: Outcome): OutcomeRecord {
  assertOutcome(outcome);
  const { execution, quality, budget } = outcome;
  return {
    decisionId: decisionIdToBytes(outcome.decisionId),
    attempt: outcome.attempt,
    metric: OUTCOME_METRICS.indexOf(outcome.metric) + 1,
    tenant: outcome.tenant,
    useCase: outcome.useCase,
    segment: outcome.segment,
    armId: outcome.armId,
    eventTimeMs: BigInt(outcome.eventTimeMs),
    receiveTimeMs: BigInt(outcome.receiveTimeMs),
    status: execution === undefined ? 0 : OUTCOME_STATUSES.indexOf(execution.status) + 1,
    latencyMs: execution?.latencyMs,
    timeToFirstTokenMs: execution?.timeToFirstTokenMs,
    inputTokens: bigintOf(execution?.inputTokens),
    outputTokens: execution?.outputTokens,
    costNanoUsd: bigintOf(execution?.costNanoUsd),
    quality: quality?.value,
    qualitySource: quality?.source ?? '',
    budgetId: budget?.id ?? '',
    budgetAverageNanoUsd: BigInt(budget?.averageNanoUsd ?? 0),
    propensityQ16: outcome.propensityQ16,
    expectedQualityQ16: outcome.expectedQualityQ16,
    expectedCostNanoUsd: BigInt(outcome.expectedCostNanoUsd),
    policyVersion: Buffer.from(outcome.policyVersion, 'hex'),
    digest: Buffer.from(outcome.digest, 'hex'),
    context: contextToBytes(outcome.context),
    expectedOutputTokens: outcome.expectedOutputTokens ?? 0,
    contextMapId: outcome.contextMapId ?? 0,
    labelProbabilityQ16: outcome.labelProbabilityQ16 ?? 0,
    retryAfterMs: bigintOf(execution?.retryAfterMs),
    reasoningTokens: bigintOf(execution?.reasoningTokens),
    expectedInputTokens: BigInt(outcome.expectedInputTokens ?? 0),
    costInterval: outcome.costInterval ?? 0,
    expectedSuccessQ16: outcome.expectedSuccessQ16 ?? 0,
    expectedLogLatencyQ10: outcome.expectedLogLatencyQ10 ?? 0,
    exposure: exposureToBytes(outcome.exposure),
  };
}

function bigintOf(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

function blockName(atSequence: number | undefined): string {
  return atSequence === undefined ? 'an outcome block' : `the outcome block at sequence ${atSequence}`;
}

function corrupt(atSequence: number | undefined, why: string, cause?: Error): StoreError {
  return new StoreError('STORE_CORRUPT', `${blockName(atSequence)} is damaged: ${why}. Restore a backup`, {
    cause,
  });
}
