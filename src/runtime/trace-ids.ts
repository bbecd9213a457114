/** Where a call can be found in a trace, in lower-case hexadecimal digits. */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}
