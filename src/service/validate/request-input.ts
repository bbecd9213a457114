import {
  COMPLEXITY_DIMENSIONS,
  type ChatMessage,
  type DimensionScores,
  type TaskType,
} from '../../core/profile.js';
import type { Modality } from '../../core/registry/model.js';
import type { RequestInput } from '../../core/selection/question.js';
import type { ImageSize } from '../../core/tokens/attachment-tokens.js';
import type { Duration } from '../../gen/google/protobuf/duration.js';
import type {
  ComplexityScores,
  ImageSize as WireSize,
  RequestInput as WireInput,
} from '../../gen/sextant/v1/request.js';
import { modalityEnum, roleEnum, taskTypeEnum } from '../encode/enums.js';
import { msFromDuration } from '../encode/time.js';
import { LIMITS } from '../limits.js';
import { decodeEnums } from './model-filter.js';
import type { Violations } from './violations.js';

const TOKENS = { low: 0n, high: LIMITS.tokensMax };
const OUTPUT_TOKENS = { low: 1n, high: LIMITS.tokensMax };
const UNIT = { low: 0, high: 1 };
const MAX_TOOLS = 10_000;
const IMAGE_SIDE = { low: 1, high: LIMITS.imageSideMaxPx };

/** What the caller tells of its request: text, or features that stand in for it. */
export function decodeInput(path: string, wire: WireInput | undefined, violations: Violations): RequestInput {
  if (wire === undefined) {
    violations.add(path, 'is required');
    return { messages: [], modalities: [], toolCount: 0 };
  }
  const messages = decodeContent(path, wire, violations);
  if (wire.content === undefined) {
    if (wire.complexity === undefined)
      violations.add(`${path}.complexity`, 'is required where there is no content');
    if (wire.inputTokens === undefined)
      violations.add(`${path}.input_tokens`, 'is required where there is no content');
  }
  const taskType = decodeTaskType(`${path}.task_type`, wire.taskType, violations);
  if (wire.toolCount > MAX_TOOLS) violations.add(`${path}.tool_count`, `must be at most ${MAX_TOOLS}`);
  return {
    messages,
    ...(wire.complexity && { complexity: decodeScores(`${path}.complexity`, wire.complexity, violations) }),
    ...(taskType && { taskType }),
    ...(wire.inputTokens !== undefined && {
      inputTokens: violations.whole(`${path}.input_tokens`, wire.inputTokens, TOKENS),
    }),
    ...(wire.maxOutputTokens !== undefined && {
      maxOutputTokens: violations.whole(`${path}.max_output_tokens`, wire.maxOutputTokens, OUTPUT_TOKENS),
    }),
    modalities: modalitiesOf(
      wire,
      decodeEnums(`${path}.modalities`, wire.modalities, modalityEnum, violations),
    ),
    toolCount: wire.toolCount,
    ...(wire.images.length > 0 && { images: decodeImages(`${path}.images`, wire.images, violations) }),
    ...(wire.audioDuration && {
      audioSeconds: decodeAudio(`${path}.audio_duration`, wire.audioDuration, violations),
    }),
    ...(wire.embedding.length > 0 && {
      embedding: decodeEmbedding(`${path}.embedding`, wire.embedding, violations),
    }),
  };
}

/** What is attached by its size needs a model that reads it, named among the modalities or not. */
function modalitiesOf(wire: WireInput, named: readonly Modality[]): readonly Modality[] {
  const { seconds, nanos } = wire.audioDuration ?? { seconds: 0n, nanos: 0 };
  const attached: readonly Modality[] = [
    ...(wire.images.length > 0 ? (['image'] as const) : []),
    ...(seconds > 0n || nanos > 0 ? (['audio'] as const) : []),
  ];
  return [...named, ...attached.filter((modality) => !named.includes(modality))];
}

function decodeImages(path: string, wire: readonly WireSize[], violations: Violations): readonly ImageSize[] {
  if (wire.length > LIMITS.imagesMax) {
    violations.add(path, `must have at most ${LIMITS.imagesMax} sizes, not ${wire.length}`);
    return [];
  }
  const side = (at: string, px: number): number => violations.number(at, px, IMAGE_SIDE);
  return wire.map(({ widthPx, heightPx }, i) => ({
    widthPx: side(`${path}[${i}].width_px`, widthPx),
    heightPx: side(`${path}[${i}].height_px`, heightPx),
  }));
}

function decodeAudio(path: string, wire: Duration, violations: Violations): number {
  return violations.number(path, msFromDuration(wire), { low: 0, high: LIMITS.audioMaxMs }) / 1000;
}

function decodeEmbedding(path: string, wire: readonly number[], violations: Violations): readonly number[] {
  if (wire.length > LIMITS.embeddingMax) {
    violations.add(path, `must have at most ${LIMITS.embeddingMax} numbers, not ${wire.length}`);
  }
  const bad = wire.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) violations.add(`${path}[${bad}]`, `must be a finite number, not ${wire[bad]}`);
  return wire;
}

function decodeContent(path: string, wire: WireInput, violations: Violations): readonly ChatMessage[] {
  if (wire.content === undefined) return [];
  if (wire.content.$case === 'text') {
    const text = wire.content.value;
    if (text.length > LIMITS.textMaxChars) violations.add(`${path}.text`, tooLong(text.length));
    return [{ role: 'user', text }];
  }
  const { messages } = wire.content.value;
  const at = `${path}.chat.messages`;
  if (messages.length === 0) violations.add(at, 'must have at least one message');
  if (messages.length > LIMITS.messagesMax) {
    violations.add(at, `must have at most ${LIMITS.messagesMax} messages, not ${messages.length}`);
    return [];
  }
  let length = 0;
  const decoded = messages.map(({ role, text }, i): ChatMessage => {
    const word = roleEnum.decode(role);
    if (word === undefined)
      violations.add(`${at}[${i}].role`, `${role} is not one of ${roleEnum.words.join(', ')}`);
    length += text.length;
    return { role: word ?? 'user', text };
  });
  if (length > LIMITS.textMaxChars) violations.add(at, tooLong(length));
  return decoded;
}

const tooLong = (length: number): string =>
  `has ${length} characters, at most ${LIMITS.textMaxChars}; send features instead of text`;

function decodeTaskType(path: string, value: number, violations: Violations): TaskType | undefined {
  if (value === 0) return undefined;
  const taskType = taskTypeEnum.decode(value);
  if (taskType === undefined) violations.add(path, `${value} is not one of ${taskTypeEnum.words.join(', ')}`);
  return taskType;
}

function decodeScores(path: string, wire: ComplexityScores, violations: Violations): DimensionScores {
  const scores: DimensionScores = {
    length: wire.length,
    reasoning_depth: wire.reasoningDepth,
    domain_knowledge: wire.domainKnowledge,
    code: wire.code,
    mathematics: wire.mathematics,
    output_constraints: wire.outputConstraints,
    instructions: wire.instructions,
    context_dependence: wire.contextDependence,
    ambiguity: wire.ambiguity,
    languages: wire.languages,
  };
  for (const dimension of COMPLEXITY_DIMENSIONS)
    violations.number(`${path}.${dimension}`, scores[dimension], UNIT);
  return scores;
}
