import { isSpanContextValid, trace } from '@opentelemetry/api';

/** Where a log line of a traced call can be found in its trace; nothing outside of one, or without a tracing SDK. */
export function traceFields(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { trace_id: context.traceId, span_id: context.spanId };
}
