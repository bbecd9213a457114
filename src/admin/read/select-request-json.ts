import type { Question } from '../../core/selection/question.js';

type Json = Readonly<Record<string, unknown>>;

const MS_PER_SECOND = 1000;
const upper = (prefix: string, word: string): string => `${prefix}_${word.toUpperCase()}`;
const modality = (word: string): string => upper('MODALITY', word);

/**
 * A question as the JSON of a SelectRequest, as `grpcurl` takes it: what a logged decision can be gone through again with.
 * Text is never logged, so that features stand in for it.
 */
export function selectRequestJson(question: Question): Json {
  const { useCase, input, requirements, weights, attributes, batch, streaming, maxFallbacks } = question;
  const needed = requirementsJson(requirements);
  return {
    useCase,
    input: inputJson(input),
    ...(Object.keys(needed).length > 0 && { requirements: needed }),
    ...(weights && { preferences: weights }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    maxFallbacks,
    ...(batch && { batch }),
    ...(streaming && { streaming }),
  };
}

function inputJson(input: Question['input']): Json {
  const { complexity, taskType, maxOutputTokens, modalities, toolCount, images, audioSeconds } = input;
  const inputTokens = input.inputTokens ?? input.countedTokens;
  return {
    ...(complexity && { complexity }),
    ...(taskType && { taskType: upper('TASK_TYPE', taskType) }),
    ...(inputTokens !== undefined && { inputTokens: String(inputTokens) }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens: String(maxOutputTokens) }),
    ...(modalities.length > 0 && { modalities: modalities.map(modality) }),
    ...(toolCount > 0 && { toolCount }),
    ...(images && { images }),
    ...(audioSeconds !== undefined && {
      audioDuration: `${Math.round(audioSeconds * MS_PER_SECOND) / MS_PER_SECOND}s`,
    }),
  };
}

/** What asks for nothing is left out. */
function requirementsJson(requirements: Question['requirements']): Json {
  const { minContextWindowTokens, minOutputTokens, inputModalities, outputModalities } = requirements;
  const lists = {
    allOf: requirements.allOf,
    anyOf: requirements.anyOf,
    noneOf: requirements.noneOf,
    inputModalities: inputModalities?.map(modality),
    outputModalities: outputModalities?.map(modality),
    regions: requirements.regions,
    dataPolicies: requirements.dataPolicies,
    providers: requirements.providers,
  };
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list !== undefined && list.length > 0)),
    ...(minContextWindowTokens !== undefined && { minContextWindowTokens: String(minContextWindowTokens) }),
    ...(minOutputTokens !== undefined && { minOutputTokens: String(minOutputTokens) }),
  };
}
