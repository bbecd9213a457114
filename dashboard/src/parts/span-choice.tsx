import type { SpanName } from '../../../src/admin/views.js';
import { SPANS, type Go, type Route } from '../route.js';

export const SPAN_NAMES: Readonly<Record<SpanName, string>> = {
  '15m': '15 minutes',
  '1h': '1 hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
};

/** How far back shares, means and charts look. */
export function SpanChoice({ route, go }: { route: Route; go: Go }) {
  return (
    <div class="choice" role="group" aria-label="Look back">
      {SPANS.map((span) => (
        <button key={span} type="button" aria-pressed={route.span === span} onClick={() => go({ span })}>
          {SPAN_NAMES[span]}
        </button>
      ))}
    </div>
  );
}
