import { createHmac, timingSafeEqual } from 'node:crypto';
import { contextFromBytes, contextToBytes } from '../core/context/context-bytes.js';
import { SextantError } from '../core/errors.js';
import { exposureFromBytes, exposureToBytes } from '../core/experiment/exposure.js';
import { decisionIdFromBytes, decisionIdToBytes, type TenantId, type UseCase } from '../core/ids.js';
import type { ArmId } from '../core/registry/model.js';
import { ticketExpiryMs, type Ticket, type TicketAttempt } from '../core/ticket/ticket.js';
import { TicketBody } from '../gen/sextant/storage/v1/storage.js';
import type { TicketKeys } from './ticket-keys.js';

/**
 * The bytes of a ticket: version (1) | key id (4) | body (protobuf) | HMAC-SHA-256 over all before it (32).
 */
const VERSION = 1;
const KEY_ID_BYTES = 4;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const MAC_BYTES = 32;
export const TICKET_MAX_BYTES = 512;
const BODY_MAX_BYTES = TICKET_MAX_BYTES - HEADER_BYTES - MAC_BYTES;

function mac(secret: Uint8Array, signed: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(signed).digest();
}

/** Signs a ticket with the newest key. @throws RangeError where it would exceed 512 bytes. */
export function sealTicket(ticket: Ticket, keys: TicketKeys): Buffer {
  const body = bodyOf(ticket);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length + MAC_BYTES);
  bytes[0] = VERSION;
  keys.current.id.copy(bytes, 1);
  bytes.set(body, HEADER_BYTES);
  const end = HEADER_BYTES + body.length;
  mac(keys.current.secret, bytes.subarray(0, end)).copy(bytes, end);
  if (bytes.length > TICKET_MAX_BYTES)
    throw new RangeError(`a ticket of ${bytes.length} bytes exceeds ${TICKET_MAX_BYTES}`);
  return bytes;
}

const NONE = Buffer.alloc(0);

/** What only serves to see drift, and then what judges estimates, is left out where long names leave no room for it. */
function bodyOf(ticket: Ticket): Uint8Array {
  const whole = toBody(ticket);
  const body = TicketBody.encode(whole).finish();
  if (body.length <= BODY_MAX_BYTES) return body;
  const shorter = { ...whole, expectations: NONE };
  const short = TicketBody.encode(shorter).finish();
  return short.length <= BODY_MAX_BYTES
    ? short
    : TicketBody.encode({ ...shorter, costInterval: NONE }).finish();
}

/**
 * Reads a ticket that some key of ours signed and that has not expired.
 * @throws SextantError TICKET_INVALID where the signature, the version or the form is wrong; TICKET_EXPIRED.
 */
export function openTicket(bytes: Uint8Array, keys: TicketKeys, nowMs: number): Ticket {
  const ticket = parse(bytes, keys);
  if (nowMs > ticketExpiryMs(ticket)) {
    const expiry = new Date(ticketExpiryMs(ticket)).toISOString();
    throw new SextantError(
      'TICKET_EXPIRED',
      `the ticket of decision ${ticket.decisionId} expired at ${expiry}`,
    );
  }
  return ticket;
}

function parse(bytes: Uint8Array, keys: TicketKeys): Ticket {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length <= HEADER_BYTES + MAC_BYTES || buffer.length > TICKET_MAX_BYTES)
    throw invalid('has the wrong length');
  if (buffer[0] !== VERSION) throw invalid('is of an unknown version');
  const key = keys.find(buffer.subarray(1, HEADER_BYTES));
  if (key === undefined) throw invalid('was signed with a key that this server does not have');
  const end = buffer.length - MAC_BYTES;
  if (!timingSafeEqual(mac(key.secret, buffer.subarray(0, end)), buffer.subarray(end))) {
    throw invalid('has a wrong signature');
  }
  return fromBody(TicketBody.decode(buffer.subarray(HEADER_BYTES, end)));
}

/** An account per tenant ends with the tenant, which the ticket holds already: it is not written twice. */
function budgetFields({ budget, tenant }: Ticket) {
  const suffix = `/${tenant}`;
  const budgetPerTenant = budget?.id.endsWith(suffix) ?? false;
  const id = budget?.id ?? '';
  return {
    budgetId: budgetPerTenant ? id.slice(0, -suffix.length) : id,
    budgetPerTenant,
    budgetAverageNanoUsd: BigInt(budget?.averageNanoUsd ?? 0),
  };
}

const invalid = (what: string): SextantError => new SextantError('TICKET_INVALID', `the ticket ${what}`);

function toBody(ticket: Ticket): TicketBody {
  return {
    decisionId: decisionIdToBytes(ticket.decisionId),
    tenant: ticket.tenant,
    useCase: ticket.useCase,
    segment: ticket.segment,
    issueTimeMs: BigInt(ticket.issueTimeMs),
    lifeSeconds: ticket.lifeSeconds,
    policyVersion: Buffer.from(ticket.policyVersion, 'hex'),
    armIds: ticket.chain.map(({ armId }) => armId),
    propensityQ16: ticket.propensityQ16,
    inputTokens: BigInt(ticket.inputTokens),
    batch: ticket.batch,
    ...budgetFields(ticket),
    context: contextToBytes(ticket.context),
    contextMapId: ticket.contextMapId ?? 0,
    labelProbabilityQ16: ticket.labelProbabilityQ16 ?? 0,
    expectedOutputTokens: ticket.chain.map(({ expectedOutputTokens }) => expectedOutputTokens ?? 0),
    expectedQualityQ16: ticket.chain.map(({ expectedQualityQ16 }) => expectedQualityQ16),
    expectedCostNanoUsd: ticket.chain.map(({ expectedCostNanoUsd }) => BigInt(expectedCostNanoUsd)),
    costInterval: intervalBytes(ticket),
    expectations: expectationBytes(ticket),
    exposure: exposureToBytes(ticket.exposure),
    seed: ticket.seed,
    lambda: ticket.lambda,
  };
}

const INTERVAL_BYTES = 2;

/** Two bytes a link; none at all where no link is priced. */
function intervalBytes({ chain }: Ticket): Buffer {
  if (chain.every(({ costInterval }) => costInterval === undefined)) return Buffer.alloc(0);
  const bytes = Buffer.alloc(INTERVAL_BYTES * chain.length);
  chain.forEach(({ costInterval = 0 }, i) => bytes.writeUInt16LE(costInterval, INTERVAL_BYTES * i));
  return bytes;
}

/** 0 where the ticket has none, as those from before there were any. */
function intervalAt(bytes: Uint8Array, link: number): number {
  return uint16At(bytes, INTERVAL_BYTES * link);
}

const uint16At = (bytes: Uint8Array, at: number): number =>
  at + 1 < bytes.length ? bytes[at]! + (bytes[at + 1]! << 8) : 0;

const EXPECTATION_BYTES = 4;

/** Four bytes a link; none at all where nothing was predicted. */
function expectationBytes({ chain }: Ticket): Buffer {
  if (
    chain.every((link) => link.expectedSuccessQ16 === undefined && link.expectedLogLatencyQ10 === undefined)
  ) {
    return NONE;
  }
  const bytes = Buffer.alloc(EXPECTATION_BYTES * chain.length);
  chain.forEach(({ expectedSuccessQ16 = 0, expectedLogLatencyQ10 = 0 }, i) => {
    bytes.writeUInt16LE(expectedSuccessQ16, EXPECTATION_BYTES * i);
    bytes.writeUInt16LE(expectedLogLatencyQ10, EXPECTATION_BYTES * i + 2);
  });
  return bytes;
}

function expectationsAt(
  bytes: Uint8Array,
  link: number,
): Pick<TicketAttempt, 'expectedSuccessQ16' | 'expectedLogLatencyQ10'> {
  const expectedSuccessQ16 = uint16At(bytes, EXPECTATION_BYTES * link);
  const expectedLogLatencyQ10 = uint16At(bytes, EXPECTATION_BYTES * link + 2);
  return {
    ...(expectedSuccessQ16 > 0 && { expectedSuccessQ16 }),
    ...(expectedLogLatencyQ10 > 0 && { expectedLogLatencyQ10 }),
  };
}

/** Signed by us, so its form is ours: what does not fit is a fault of an older or newer server. */
function fromBody(body: TicketBody): Ticket {
  const exposure = exposureFromBytes(body.exposure);
  const { armIds, expectedQualityQ16, expectedCostNanoUsd, expectedOutputTokens, budgetId } = body;
  const account = body.budgetPerTenant ? `${budgetId}/${body.tenant}` : budgetId;
  if (
    armIds.length === 0 ||
    expectedQualityQ16.length !== armIds.length ||
    expectedCostNanoUsd.length !== armIds.length
  ) {
    throw invalid('has a chain that does not fit together');
  }
  return {
    decisionId: decisionIdFromBytes(body.decisionId),
    tenant: body.tenant as TenantId,
    useCase: body.useCase as UseCase,
    segment: body.segment,
    issueTimeMs: Number(body.issueTimeMs),
    lifeSeconds: body.lifeSeconds,
    policyVersion: Buffer.from(body.policyVersion).toString('hex'),
    chain: armIds.map((armId, i) => ({
      armId: armId as ArmId,
      expectedQualityQ16: expectedQualityQ16[i]!,
      expectedCostNanoUsd: Number(expectedCostNanoUsd[i]!),
      ...((expectedOutputTokens[i] ?? 0) > 0 && { expectedOutputTokens: expectedOutputTokens[i]! }),
      ...(intervalAt(body.costInterval, i) > 0 && { costInterval: intervalAt(body.costInterval, i) }),
      ...expectationsAt(body.expectations, i),
    })),
    propensityQ16: body.propensityQ16,
    inputTokens: Number(body.inputTokens),
    batch: body.batch,
    ...(budgetId !== '' && { budget: { id: account, averageNanoUsd: Number(body.budgetAverageNanoUsd) } }),
    ...(body.context.length > 0 && { context: contextFromBytes(body.context) }),
    ...(body.contextMapId !== 0 && { contextMapId: body.contextMapId }),
    ...(body.labelProbabilityQ16 !== 0 && { labelProbabilityQ16: body.labelProbabilityQ16 }),
    ...(exposure && { exposure }),
    seed: body.seed,
    lambda: body.lambda,
  };
}
