import { clampedRate } from '../core/bandit/metric-belief.js';
import type { Weights } from '../core/bandit/settings.js';
import { contextFromBytes, contextToBytes } from '../core/context/context-bytes.js';
import {
  decisionIdFromBytes,
  decisionIdToBytes,
  type DecisionId,
  type TenantId,
  type UseCase,
} from '../core/ids.js';
import { exposureFromBytes, exposureToBytes, type Exposure } from '../core/experiment/exposure.js';
import { RATE_ONE_Q16 } from '../core/outcome/outcome.js';
import {
  COMPLEXITY_DIMENSIONS,
  COMPLEXITY_LEVELS,
  NO_TEXT,
  TASK_TYPES,
  type ChatMessage,
  type DimensionScores,
} from '../core/profile.js';
import type { CapabilityFilter } from '../core/registry/capabilities.js';
import type { ArmId, Modality } from '../core/registry/model.js';
import type { Decision } from '../core/selection/decide.js';
import type { Question } from '../core/selection/question.js';
import { DecisionRecord } from '../gen/sextant/storage/v1/storage.js';
import type { LoggedDecision } from '../store/ports.js';

/** A decision with what only the runtime knows of it. */
export interface TakenDecision {
  readonly decisionId: DecisionId;
  readonly issueTimeMs: number;
  readonly question: Question;
  readonly decision: Decision;
  readonly policyVersion: string;
  /** Absent outside of experiments. */
  readonly exposure?: Exposure;
}

/** What a request asked for, without its text; of its attributes, which may say who it is about, only those to be kept. */
interface Asked {
  /** Absent where none of those to be kept was sent. */
  readonly attributes?: Question['attributes'];
  readonly requirements: CapabilityFilter;
  readonly weights?: Weights;
  readonly batch: boolean;
  readonly streaming: boolean;
  readonly maxFallbacks: number;
  readonly maxOutputTokens?: number;
  readonly modalities: readonly Modality[];
  readonly toolCount: number;
  readonly messageCount: number;
  /** Absent where none was told. */
  readonly images?: Question['input']['images'];
  readonly audioSeconds?: number;
  /** Whether the text was counted here, so that each model counts attachments by its own rule. */
  readonly countedHere?: true;
}

function askedOf(question: Question, attributeNames: readonly string[]): Asked {
  const { requirements, weights, batch, streaming, maxFallbacks, input } = question;
  const { maxOutputTokens, modalities, toolCount, messages, images, audioSeconds, inputTokens } = input;
  const kept = attributeNames.filter((name) => Object.hasOwn(question.attributes, name));
  const attributes = Object.fromEntries(kept.map((name) => [name, question.attributes[name]!]));
  return {
    ...(kept.length > 0 && { attributes }),
    requirements,
    ...(weights && { weights }),
    batch,
    streaming,
    maxFallbacks,
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    modalities,
    toolCount,
    messageCount: messages.length,
    ...(images && { images }),
    ...(audioSeconds !== undefined && { audioSeconds }),
    ...(inputTokens === undefined && { countedHere: true as const }),
  };
}

/** How a decision is kept. */
export interface KeptOfDecision {
  /** Names of the attributes that are kept. */
  readonly attributes: readonly string[];
  /** Chance that a decision of this time was logged. */
  readonly samplingProbability: number;
}

/** A decision as the log keeps it. */
export function encodeDecision(
  taken: TakenDecision,
  { attributes, samplingProbability }: KeptOfDecision,
): LoggedDecision {
  const { decisionId, issueTimeMs, question, decision, policyVersion } = taken;
  const { profile, weights, context } = decision;
  const body = DecisionRecord.encode({
    decisionId: decisionIdToBytes(decisionId),
    tenant: question.tenant,
    useCase: question.useCase,
    segment: decision.segment,
    issueTimeMs: BigInt(issueTimeMs),
    armId: decision.chain[0]!.arm.armId,
    chainArmIds: decision.chain.map(({ arm }) => arm.armId),
    candidates: decision.candidates.map(({ arm, propensityQ16, cost }) => ({
      armId: arm.armId,
      propensityQ16,
      expectedCostNanoUsd: BigInt(Math.round(cost?.meanNanoUsd ?? 0)),
    })),
    lambda: decision.lambda,
    seed: decision.seed,
    policyVersion,
    stateSequence: BigInt(decision.stateSequence),
    dimensions: COMPLEXITY_DIMENSIONS.map((dimension) => profile.dimensions[dimension]),
    composite: profile.composite,
    taskType: TASK_TYPES.indexOf(profile.taskType) + 1,
    level: COMPLEXITY_LEVELS.indexOf(profile.level) + 1,
    inputTokens: BigInt(profile.inputTokens),
    samplingProbability,
    weights: [weights.quality, weights.cost, weights.latency],
    context: contextToBytes(context),
    contextMapId: decision.contextMapId ?? 0,
    labelProbabilityQ16: decision.label?.probabilityQ16 ?? 0,
    labelRequested: decision.label?.requested ?? false,
    question: Buffer.from(JSON.stringify(askedOf(question, attributes))),
    expectedQualityQ16: decision.candidates.map(({ belief }) =>
      Math.round(clampedRate(belief.quality.mean) * RATE_ONE_Q16),
    ),
    exposure: exposureToBytes(taken.exposure),
  }).finish();
  return { decisionId, issueTimeMs, body };
}

/** A logged decision, and the request as far as the log knows it. */
export interface RecordedDecision {
  readonly decisionId: DecisionId;
  readonly issueTimeMs: number;
  readonly question: Question;
  readonly armId: ArmId;
  readonly candidates: readonly {
    readonly armId: ArmId;
    readonly propensityQ16: number;
    /** In 1/65535; absent in logs from before it was kept. */
    readonly expectedQualityQ16?: number;
  }[];
  readonly lambda: number;
  readonly context?: Int8Array;
  readonly contextMapId: number;
  readonly stateSequence: number;
  readonly exposure?: Exposure;
}

export const decodeRecord = ({ body }: LoggedDecision): DecisionRecord => DecisionRecord.decode(body);

/** Which arm of an experiment a decision belongs to, without reading the rest. */
export const recordedExposure = ({ exposure }: DecisionRecord): Exposure | undefined =>
  exposureFromBytes(exposure);

/** Reads a logged decision; nothing where a version before these fields were kept wrote it. */
export const decodeDecision = (logged: LoggedDecision): RecordedDecision | undefined =>
  recordedDecision(decodeRecord(logged));

export function recordedDecision(record: DecisionRecord): RecordedDecision | undefined {
  if (record.question.length === 0) return undefined;
  const asked = JSON.parse(Buffer.from(record.question).toString('utf8')) as Asked;
  const { requirements, weights, batch, streaming, maxFallbacks, maxOutputTokens, modalities, toolCount } =
    asked;
  const complexity = Object.fromEntries(
    COMPLEXITY_DIMENSIONS.map((dimension, i) => [dimension, record.dimensions[i]!]),
  ) as unknown as DimensionScores;
  const { context } = record;
  const exposure = recordedExposure(record);
  return {
    decisionId: decisionIdFromBytes(record.decisionId),
    issueTimeMs: Number(record.issueTimeMs),
    question: {
      tenant: record.tenant as TenantId,
      useCase: record.useCase as UseCase,
      input: {
        messages: Array<ChatMessage>(asked.messageCount).fill(NO_TEXT),
        complexity,
        taskType: TASK_TYPES[record.taskType - 1]!,
        [asked.countedHere ? 'countedTokens' : 'inputTokens']: Number(record.inputTokens),
        ...(asked.images && { images: asked.images }),
        ...(asked.audioSeconds !== undefined && { audioSeconds: asked.audioSeconds }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }),
        modalities,
        toolCount,
      },
      requirements,
      ...(weights && { weights }),
      attributes: asked.attributes ?? {},
      batch,
      streaming,
      maxFallbacks,
    },
    armId: record.armId as ArmId,
    candidates: record.candidates.map(({ armId, propensityQ16 }, i) => ({
      armId: armId as ArmId,
      propensityQ16,
      ...(record.expectedQualityQ16[i] !== undefined && {
        expectedQualityQ16: record.expectedQualityQ16[i],
      }),
    })),
    lambda: record.lambda,
    ...(context.length > 0 && { context: contextFromBytes(context) }),
    contextMapId: record.contextMapId,
    stateSequence: Number(record.stateSequence),
    ...(exposure && { exposure }),
  };
}
