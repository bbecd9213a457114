import type { SpanName } from '../../src/admin/views.js';
import { EVERY_MS, SLOWLY_MS, useView, type Loaded } from './load.js';

/** Reads a view of a span of time, of one use case or of all. Spans of steps of an hour and more move slowly, and are
 * summed up anew from the store for every reading: they are not read every few seconds. */
export function useSpanView<T>(view: string, span: SpanName, useCase?: string): Loaded<T> {
  const of = useCase === undefined ? '' : `&useCase=${encodeURIComponent(useCase)}`;
  const isQuick = span === '15m' || span === '1h';
  return useView(`/api/v1/${view}?span=${span}${of}`, { everyMs: isQuick ? EVERY_MS : SLOWLY_MS });
}
