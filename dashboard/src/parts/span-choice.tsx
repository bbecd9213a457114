import { SPAN_NAMES, SPANS, type Go, type Route } from '../route.js';

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
