import { contextIn } from '../core/context/context-bytes.js';
import { exposureFromBytes, type Exposure } from '../core/experiment/exposure.js';
import { sameBytes, TextCache } from './byte-cursor.js';
import type { ByteCursor } from './byte-cursor.js';

/** Field 24 of an `OutcomeRecord`, bytes. */
const DIGEST_TAG = 0xc2;

const tenants = new TextCache('utf8');
const useCases = new TextCache('utf8');
const segments = new TextCache('utf8');
const qualitySources = new TextCache('utf8');
const budgetIds = new TextCache('utf8');
const policyVersions = new TextCache('hex');

const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const HIGH_CODES = Uint8Array.from(HEX_PAIRS, (pair) => pair.charCodeAt(0));
const LOW_CODES = Uint8Array.from(HEX_PAIRS, (pair) => pair.charCodeAt(1));
const UUID_OFFSETS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const scratch = Buffer.from('00000000-0000-0000-0000-000000000000');

/**
 * The fields of one `OutcomeRecord`, read by hand: ts-proto's reader makes a bigint of every uint64
 * and a new string of every text, and folding a log is bound by that.
 */
export class RecordFields {
  decisionId = '';
  attempt = 0;
  metric = 0;
  tenant = '';
  useCase = '';
  segment = '';
  armId = 0;
  eventTimeMs = 0;
  receiveTimeMs = 0;
  status = 0;
  latencyMs: number | undefined = undefined;
  timeToFirstTokenMs: number | undefined = undefined;
  inputTokens: number | undefined = undefined;
  outputTokens: number | undefined = undefined;
  costNanoUsd: number | undefined = undefined;
  quality: number | undefined = undefined;
  qualitySource = '';
  budgetId = '';
  budgetAverageNanoUsd = 0;
  propensityQ16 = 0;
  expectedQualityQ16 = 0;
  expectedCostNanoUsd = 0;
  policyVersion = '';
  digest = '';
  context: Int8Array | undefined = undefined;
  expectedOutputTokens = 0;
  contextMapId = 0;
  labelProbabilityQ16 = 0;
  retryAfterMs: number | undefined = undefined;
  reasoningTokens: number | undefined = undefined;
  expectedInputTokens = 0;
  costInterval = 0;
  expectedSuccessQ16 = 0;
  expectedLogLatencyQ10 = 0;
  exposure: Exposure | undefined = undefined;

  /** Reads up to `end`. @throws RangeError where the bytes are no record. */
  read(cursor: ByteCursor, end: number): this {
    while (cursor.pos < end) {
      const tag = cursor.varint();
      switch (tag) {
        case 0x0a:
          this.decisionId = uuidText(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x10:
          this.attempt = cursor.varint();
          break;
        case 0x18:
          this.metric = cursor.varint();
          break;
        case 0x22:
          this.tenant = tenants.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x2a:
          this.useCase = useCases.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x32:
          this.segment = segments.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x38:
          this.armId = cursor.varint();
          break;
        case 0x40:
          this.eventTimeMs = cursor.varint();
          break;
        case 0x48:
          this.receiveTimeMs = cursor.varint();
          break;
        case 0x50:
          this.status = cursor.varint();
          break;
        case 0x59:
          this.latencyMs = cursor.double();
          break;
        case 0x61:
          this.timeToFirstTokenMs = cursor.double();
          break;
        case 0x68:
          this.inputTokens = cursor.varint();
          break;
        case 0x71:
          this.outputTokens = cursor.double();
          break;
        case 0x78:
          this.costNanoUsd = cursor.varint();
          break;
        case 0x81:
          this.quality = cursor.double();
          break;
        case 0x8a:
          this.qualitySource = qualitySources.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x92:
          this.budgetId = budgetIds.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0x98:
          this.budgetAverageNanoUsd = cursor.varint();
          break;
        case 0xa0:
          this.propensityQ16 = cursor.varint();
          break;
        case 0xa8:
          this.expectedQualityQ16 = cursor.varint();
          break;
        case 0xb0:
          this.expectedCostNanoUsd = cursor.varint();
          break;
        case 0xba:
          this.policyVersion = policyVersions.text(cursor.bytes, start(cursor), cursor.pos);
          break;
        case DIGEST_TAG:
          this.digest = cursor.bytes.toString('hex', start(cursor), cursor.pos);
          break;
        case 0xca:
          this.context = contextIn(cursor.bytes, start(cursor), cursor.pos);
          break;
        case 0xd5:
          this.expectedOutputTokens = cursor.float();
          break;
        case 0xf5:
          this.contextMapId = cursor.fixed32();
          break;
        case 0xf8:
          this.labelProbabilityQ16 = cursor.varint();
          break;
        case 0xd8:
          this.retryAfterMs = cursor.varint();
          break;
        case 0x258:
          this.reasoningTokens = cursor.varint();
          break;
        case 0x260:
          this.expectedInputTokens = cursor.varint();
          break;
        case 0x268:
          this.costInterval = cursor.varint();
          break;
        case 0x2d8:
          this.expectedSuccessQ16 = cursor.varint();
          break;
        case 0x2e0:
          this.expectedLogLatencyQ10 = cursor.varint();
          break;
        case 0x2d2:
          this.exposure = exposureFromBytes(cursor.bytes.subarray(start(cursor), cursor.pos));
          break;
        default:
          cursor.skip(tag);
      }
    }
    if (cursor.pos !== end) throw new RangeError('a record runs past its end');
    return this;
  }
}

/** Steps over a length-delimited value and returns where it starts. */
function start(cursor: ByteCursor): number {
  const end = cursor.span();
  const at = cursor.pos;
  cursor.pos = end;
  return at;
}

const lastId = { bytes: Buffer.alloc(UUID_OFFSETS.length), text: scratch.toString('latin1') };

/** What a decision's call took and how good it was mostly lie side by side. */
function uuidText(bytes: Buffer, from: number, to: number): string {
  if (to - from !== UUID_OFFSETS.length) throw new RangeError(`a decision id has 16 bytes, not ${to - from}`);
  if (sameBytes(lastId.bytes, bytes, from, to)) return lastId.text;
  for (let i = 0; i < UUID_OFFSETS.length; i++) {
    const byte = bytes[from + i]!;
    const at = UUID_OFFSETS[i]!;
    scratch[at] = HIGH_CODES[byte]!;
    scratch[at + 1] = LOW_CODES[byte]!;
  }
  bytes.copy(lastId.bytes, 0, from, to);
  return (lastId.text = scratch.toString('latin1'));
}
