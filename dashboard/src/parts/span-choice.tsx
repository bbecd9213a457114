import type { Go, Route } from '../route.js';

const SPANS = [
  { span: '15m', label: '15 minutes' },
  { span: '24h', label: '24 hours' },
] as const;

/** How far back shares, means and charts look. */
export function SpanChoice({ route, go }: { route: Route; go: Go }) {
  return (
    <div class="choice" role="group" aria-label="Look back">
      {SPANS.map(({ span, label }) => (
        <button key={span} type="button" aria-pressed={route.span === span} onClick={() => go({ span })}>
          {label}
        </button>
      ))}
    </div>
  );
}
