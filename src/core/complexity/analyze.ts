import type { ChatMessage, Complexity, TaskType } from '../profile.js';
import type { Modality } from '../registry/model.js';
import { compositeOf, wordScore } from './composite.js';
import { newCounts, type Evidence } from './counts.js';
import { scoreDimensions } from './dimensions.js';
import { levelOf } from './level.js';
import { scanMessage } from './scan.js';
import type { ComplexitySettings } from './settings.js';
import { detectTaskType } from './task-type.js';

/** What is analysed. A text prompt is one user message. */
export interface AnalyzerInput {
  readonly messages: readonly ChatMessage[];
  /** Tools offered to the model; 0 where absent. */
  readonly toolCount?: number;
  readonly modalities?: readonly Modality[];
}

/** The complexity of a request, and where it was found. */
export interface Analysis extends Complexity {
  /** At most 16 places per dimension; never text. */
  readonly evidence: readonly Evidence[];
  /** Share of each task type in the evidence for all; they sum to one. */
  readonly taskScores: Readonly<Record<TaskType, number>>;
  /** Share of the chosen task type, in (0, 1]. */
  readonly taskConfidence: number;
}

/** How much keywords count, by who wrote them: the last user message states the task. */
const EARLIER_USER_WEIGHT = 0.3;
const SYSTEM_WEIGHT = 0.6;
/** Answers and tool results are material, not instructions. */
const OTHER_WEIGHT = 0.1;

/**
 * Scores a request's complexity and detects its task type, from its text alone.
 *
 * O(total length) for any strings, lone surrogates and NUL included; never throws on text. No text at all scores
 * 0 on every dimension and is `open_chat`.
 */
export function analyze(input: AnalyzerInput, settings: ComplexitySettings): Analysis {
  const { messages } = input;
  const counts = newCounts();
  const lastUser = messages.findLastIndex((message) => message.role === 'user');
  messages.forEach(({ role, text }, message) => {
    const ofUser = message === lastUser ? 1 : EARLIER_USER_WEIGHT;
    const weight = role === 'user' ? ofUser : role === 'system' ? SYSTEM_WEIGHT : OTHER_WEIGHT;
    scanMessage({ text, message, weight }, counts);
  });
  const setting = {
    earlierMessages: Math.max(0, messages.filter(({ role }) => role !== 'system').length - 1),
    toolCount: input.toolCount ?? 0,
    attachments: (input.modalities ?? []).filter((modality) => modality !== 'text').length,
  };
  const dimensions = scoreDimensions(counts, setting);
  const composite = compositeOf(dimensions, settings, wordScore(messages, settings));
  return {
    dimensions,
    composite,
    level: levelOf(composite, settings),
    ...detectTaskType(counts, setting),
    evidence: counts.evidence,
  };
}
