import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type TextMapGetter,
} from '@opentelemetry/api';
import { status, type Metadata } from '@grpc/grpc-js';
import { SextantError } from '../core/errors.js';
import type { TraceIds } from '../runtime/trace-ids.js';
import type { IssuedDecision } from '../runtime/decider.js';
import type { AttemptReport } from '../core/outcome/normalize.js';
import { GRPC_CODES } from './status.js';

/** The span of one call. Without a tracing SDK there is none, and nothing of this does anything. */
export interface CallTrace {
  /** Absent where the span is not recorded. */
  readonly ids?: TraceIds;
  /** Runs work with the span as the active one, also beyond its awaits. */
  run<T>(work: () => T): T;
  end(code: status): void;
}

const NO_TRACE: CallTrace = { run: (work) => work(), end: () => undefined };

/** Codes that are the server's fault, by OpenTelemetry's conventions for gRPC. */
const SERVER_FAULTS: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const tracer = trace.getTracer('sextant');

const METADATA: TextMapGetter<Metadata> = {
  get: (metadata, key) => metadata.get(key)[0]?.toString(),
  keys: (metadata) => Object.keys(metadata.getMap()),
};

/**
 * Begins the span of a call, as a child of the one that its metadata names.
 * @param path `/package.Service/Method`.
 */
export function traceCall(path: string, metadata: Metadata): CallTrace {
  const parent = propagation.extract(ROOT_CONTEXT, metadata, METADATA);
  const span = tracer.startSpan(
    path.slice(1),
    { kind: SpanKind.SERVER, attributes: attributesOf(path) },
    parent,
  );
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return NO_TRACE;
  const active = trace.setSpan(parent, span);
  const { traceId, spanId } = spanContext;
  return {
    ...(span.isRecording() && { ids: { traceId, spanId } }),
    run: (work) => context.with(active, work),
    end: (code) => {
      if (!span.isRecording()) return;
      span.setAttribute('rpc.grpc.status_code', code);
      if (SERVER_FAULTS.has(code)) span.setStatus({ code: SpanStatusCode.ERROR, message: status[code] });
      span.end();
    },
  };
}

/** What an item of a call is, and how its span belongs to the call's. */
export interface TracedItem {
  readonly name: 'Select' | 'Report';
  /** Under the call's, or at the root of a trace of its own with a link to it, as streams may last for days. */
  readonly place: 'child' | 'linked';
}

/** Runs the work of one item with a span of its own, where the call has one. */
export function traceItem<T>({ name, place }: TracedItem, work: () => T): T {
  const call = trace.getActiveSpan();
  if (call === undefined) return work();
  const span = tracer.startSpan(name, {
    kind: SpanKind.INTERNAL,
    ...(place === 'linked' && { root: true, links: [{ context: call.spanContext() }] }),
  });
  const end = (): void => span.end();
  const fail = (thrown: unknown): void => {
    const { code } = SextantError.from(thrown);
    span.setAttribute('error.type', code);
    if (SERVER_FAULTS.has(GRPC_CODES[code])) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    span.end();
  };
  try {
    const result = context.with(trace.setSpan(context.active(), span), work);
    if (result instanceof Promise) result.then(end, fail);
    else end();
    return result;
  } catch (thrown) {
    fail(thrown);
    throw thrown;
  }
}

const known = new Map<string, Attributes>();

/** There are as many paths as methods. */
function attributesOf(path: string): Attributes {
  let attributes = known.get(path);
  if (attributes === undefined) {
    const [service = '', method = ''] = path.slice(1).split('/');
    attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
    known.set(path, attributes);
  }
  return attributes;
}

/** Says in the active span what was decided. */
export function traceDecision(
  { decisionId, decision, policyVersion }: IssuedDecision,
  { useCase }: { readonly useCase: string },
): void {
  const span = trace.getActiveSpan();
  if (span === undefined || !span.isRecording()) return;
  const [choice, ...fallbacks] = decision.chain;
  span.setAttributes({
    ...modelAttributes(choice!.arm.model.id),
    'sextant.decision.id': decisionId,
    'sextant.decision.fallbacks': fallbacks.length,
    'sextant.decision.candidates': decision.candidates.length,
    'sextant.use_case': useCase,
    'sextant.policy.version': policyVersion,
  });
}

/** Says in the active span what was reported. */
export function traceReport(decisionId: string, attempts: readonly AttemptReport[]): void {
  const span = trace.getActiveSpan();
  if (span === undefined || !span.isRecording()) return;
  const last = attempts.at(-1);
  const { inputTokens, outputTokens } = last?.usage ?? {};
  span.setAttributes({
    'sextant.decision.id': decisionId,
    'sextant.report.attempts': attempts.length,
    ...(last?.status !== undefined && { 'sextant.report.status': last.status }),
    ...(last?.quality !== undefined && { 'sextant.report.quality': last.quality }),
    ...(inputTokens !== undefined && { 'gen_ai.usage.input_tokens': inputTokens }),
    ...(outputTokens !== undefined && { 'gen_ai.usage.output_tokens': outputTokens }),
  });
}

/** By the conventions for generative AI: the model that is to be asked, and who provides it. */
function modelAttributes(id: string): Attributes {
  const slash = id.indexOf('/');
  return {
    'gen_ai.request.model': id.slice(slash + 1),
    'gen_ai.provider.name': id.slice(0, slash),
    'sextant.model': id,
  };
}
