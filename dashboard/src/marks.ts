import type { AnnotationsView } from '../../src/admin/views.js';
import { shortVersion } from './format.js';
import { shortName } from './sentence.js';

/** What a chart over time marks: a moment, or a span. */
export interface Mark {
  /** On the chart and in the list, from 1, by time. */
  readonly number: number;
  readonly kind: 'policy' | 'drift';
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether it began earlier, and was only seen then. */
  readonly isFromBefore: boolean;
  /** Whether it lasts. */
  readonly isLasting: boolean;
  readonly label: string;
}

/** By what a policy took hold, in words. */
const ACTIONS: Readonly<Record<string, string>> = {
  'policy loaded': 'loaded from its folder',
  'policy activated': 'activated',
  'policy rolled back': 'in force again by a roll-back',
  'policy unpinned': 'loaded from its folder once the pin was let go',
};

const METRICS: Readonly<Record<string, string>> = { tokens: 'answer length' };

/** Rates move by so much, times and lengths by a factor. */
function shiftText(metric: string, shift: number): string {
  if (metric === 'latency' || metric === 'tokens') return `×${Math.exp(shift).toPrecision(2)}`;
  return `${shift < 0 ? '−' : '+'}${Math.abs(shift).toPrecision(2)}`;
}

/** Policies and drift of a span, by time. */
export function marksOf({ toMs, policies, drifts }: AnnotationsView): Mark[] {
  const marks = [
    ...policies.map(({ atMs, version, action }) => ({
      kind: 'policy' as const,
      fromMs: atMs,
      toMs: atMs,
      isFromBefore: false,
      isLasting: false,
      label: `Policy ${shortVersion(version)} ${ACTIONS[action] ?? 'took hold'}`,
    })),
    ...drifts.map(({ model, metric, shift, startMs, isFromBefore, endMs }) => ({
      kind: 'drift' as const,
      fromMs: startMs,
      toMs: endMs ?? toMs,
      isFromBefore,
      isLasting: endMs === null,
      label: `${shortName(model)} drifted: ${METRICS[metric] ?? metric} ${shiftText(metric, shift)}`,
    })),
  ];
  return marks.sort((a, b) => a.fromMs - b.fromMs).map((mark, i) => ({ number: i + 1, ...mark }));
}

/** Those that belong to a step; whatever is past the last step belongs to it. */
export function marksIn(marks: readonly Mark[], startsMs: readonly number[], i: number): readonly Mark[] {
  const endMs = startsMs[i + 1] ?? Infinity;
  return marks.filter(({ fromMs, toMs }) => fromMs < endMs && toMs >= startsMs[i]!);
}
