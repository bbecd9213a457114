export const PHASES = ['learn', 'test', 'all', 'last_quarter'] as const;
/** A part of a replay by the order of its requests. */
export type Phase = (typeof PHASES)[number];

/** First step, and one past the last. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

/** The first half learns, the second half is the test. */
export function phaseRange(phase: Phase, steps: number): StepRange {
  const half = Math.floor(steps / 2);
  switch (phase) {
    case 'learn':
      return { from: 0, to: half };
    case 'test':
      return { from: half, to: steps };
    case 'all':
      return { from: 0, to: steps };
    case 'last_quarter':
      return { from: Math.floor((3 * steps) / 4), to: steps };
  }
}

/** The nth of so many equal parts. */
export const partRange = (part: number, parts: number, steps: number): StepRange => ({
  from: Math.floor((part * steps) / parts),
  to: Math.floor(((part + 1) * steps) / parts),
});
