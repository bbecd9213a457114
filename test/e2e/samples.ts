import { OutcomeStatus, type AttemptOutcome } from '../../src/gen/sextant/v1/outcome.js';

/** The least that Select needs. */
export const ask = (useCase: string, text = 'Which river flows through Vienna?') => ({
  useCase,
  input: { content: { $case: 'text' as const, value: text } },
});

/** An answer that went well, as a caller would report it. */
export const wentWell = (attempt: Partial<AttemptOutcome> = {}) => ({
  status: OutcomeStatus.SUCCESS,
  quality: 1,
  qualitySource: 'test',
  latency: { seconds: 1n, nanos: 200_000_000 },
  usage: { inputTokens: 20n, outputTokens: 80n },
  ...attempt,
});

/** The same, of which nobody says how good it was. */
export const wentUnjudged = () => {
  const { quality: _, qualitySource: __, ...executed } = wentWell();
  return executed;
};
