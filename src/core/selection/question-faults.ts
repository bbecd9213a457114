import { embeddingFault } from '../context/embedding-map.js';
import type { Fault } from '../fault.js';
import { missingParameters } from '../prompts/prompt.js';
import type { Candidate } from './candidate.js';
import type { Policy } from './policy.js';
import type { Question } from './question.js';

/** Only the policy knows what length its components take: to be asked before a deliberation. */
export function embeddingFaults(
  { embedding: map }: Policy,
  { input: { embedding } }: Question,
): readonly Fault[] {
  const reason = map && embedding && embeddingFault(map, embedding);
  return reason === undefined ? [] : [{ path: 'input.embedding', reason }];
}

/**
 * A request that could meet a prompt without its parameters is refused whether or not the draw would fall on it: else it
 * would fail now and then, or prompts would be judged on the requests that suit them.
 */
export function parameterFaults(
  candidates: readonly Pick<Candidate, 'arm'>[],
  { promptParameters = {} }: Question,
): readonly Fault[] {
  const needing = new Map<string, Set<string>>();
  for (const { arm } of candidates) {
    if (arm.prompt === undefined) continue;
    for (const name of missingParameters(arm.prompt, promptParameters)) {
      const variants = needing.get(name);
      if (variants === undefined) needing.set(name, new Set([arm.prompt.variant.id]));
      else variants.add(arm.prompt.variant.id);
    }
  }
  return [...needing].map(([name, variants]) => ({
    path: `prompt_parameters[${JSON.stringify(name)}]`,
    reason: `is required by ${variants.size === 1 ? 'prompt' : 'prompts'} ${[...variants].join(', ')}`,
  }));
}
