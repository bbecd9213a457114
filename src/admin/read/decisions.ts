import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import type { DecisionId, UseCase } from '../../core/ids.js';
import type { Exposure } from '../../core/experiment/exposure.js';
import { RATE_ONE_Q16 } from '../../core/outcome/outcome.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import { COMPLEXITY_DIMENSIONS, COMPLEXITY_LEVELS, TASK_TYPES } from '../../core/profile.js';
import type { ArmId } from '../../core/registry/model.js';
import { recordedDecision } from '../../runtime/decision-codec.js';
import type { FoundDecision, LogPlace } from '../../runtime/decision-history.js';
import type {
  AttemptView,
  DecisionRowView,
  DecisionsView,
  DecisionView,
  LoggedCandidateView,
} from '../decision-views.js';
import { placeText } from './log-place.js';
import { selectRequestJson } from './select-request-json.js';
import { armName, useCasesOf, type Sources } from './sources.js';

type DecisionRecord = FoundDecision['record'];

const PAGE_SIZE = 50;

/** What is looked for; empty members look for everything. */
export interface DecisionFilter {
  readonly useCase?: string;
  readonly model?: string;
  readonly reported?: boolean;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly after?: LogPlace;
}

/** A page of logged decisions, newest first. @throws StoreError. */
export async function readDecisions(sources: Sources, filter: DecisionFilter): Promise<DecisionsView> {
  const { runtime, tenant } = sources;
  const { useCase, model, reported, fromMs = 0, toMs = Infinity, after } = filter;
  const arms = [...runtime.snapshot().armById.keys()].map((armId) => ({
    armId,
    name: armName(sources, armId),
  }));
  const page = await runtime.decisionHistory.page({
    tenant,
    ...(useCase !== undefined && { useCase: useCase as UseCase }),
    ...(model !== undefined && {
      armIds: new Set(arms.filter(({ name }) => name === model).map(({ armId }) => armId)),
    }),
    ...(reported !== undefined && { reported }),
    ...(after !== undefined && { after }),
    fromMs,
    toMs,
    limit: PAGE_SIZE,
  });
  return {
    isLogged: runtime.decisionLog !== undefined,
    decisions: page.decisions.map((found) => rowOf(sources, found)),
    scanned: page.scanned,
    next: page.next === undefined ? null : placeText(page.next),
    useCases: useCasesOf(sources),
    models: arms.map(({ name }) => name).sort(),
  };
}

/** One decision as it was logged and what came of it; absent where there is none. @throws StoreError. */
export async function readDecision(sources: Sources, id: DecisionId): Promise<DecisionView | undefined> {
  const found = await sources.runtime.decisionHistory.one(id, sources.tenant);
  return found && decisionView(sources, found);
}

function decisionView(sources: Sources, found: FoundDecision): DecisionView {
  const { record } = found;
  const { policy, learning } = sources.runtime.snapshot();
  const recorded = recordedDecision(record);
  const [quality = 0, cost = 0, latency = 0] = record.weights;
  return {
    ...rowOf(sources, found),
    policyVersion: record.policyVersion,
    policyVersionNow: policy.version,
    stateSequence: Number(record.stateSequence),
    stateSequenceNow: learning.sequence,
    lambda: record.lambda,
    seed: String(record.seed),
    weights: { quality, cost, latency },
    taskType: TASK_TYPES[record.taskType - 1] ?? 'unknown',
    level: COMPLEXITY_LEVELS[record.level - 1] ?? 'unknown',
    complexity: record.composite,
    dimensions: COMPLEXITY_DIMENSIONS.map((name, i) => ({ name, score: record.dimensions[i] ?? 0 })),
    inputTokens: Number(record.inputTokens),
    attributes: Object.entries(recorded?.question.attributes ?? {}).map(([name, value]) => ({ name, value })),
    samplingProbability: record.samplingProbability,
    label:
      record.labelProbabilityQ16 === 0
        ? null
        : { probability: record.labelProbabilityQ16 / PROPENSITY_ONE, requested: record.labelRequested },
    experiment: recorded?.exposure === undefined ? null : experimentOf(sources, recorded.exposure),
    logged: candidatesOf(sources, record),
    fallbacks: fallbacksOf(sources, record),
    explainRequest:
      recorded === undefined ? null : { request: selectRequestJson(recorded.question), conditions: true },
  };
}

function rowOf(
  sources: Sources,
  { decisionId, issueTimeMs, record, outcomes }: FoundDecision,
): DecisionRowView {
  const choice = candidatesOf(sources, record).find(({ isChoice }) => isChoice);
  return {
    decisionId,
    timeMs: issueTimeMs,
    useCase: record.useCase,
    segment: record.segment,
    model: armName(sources, record.armId as ArmId),
    candidates: record.candidates.length,
    propensity: choice?.propensity ?? 0,
    expectedQuality: choice?.expectedQuality ?? null,
    expectedCostNanoUsd: choice?.expectedCostNanoUsd ?? null,
    attempts: attemptsOf(sources, outcomes),
  };
}

/** The group's name; an experiment's holdout has none. */
function experimentOf({ runtime }: Sources, { experiment, group }: Exposure): DecisionView['experiment'] {
  const definition = runtime.experiments.all.find(({ number }) => number === experiment)?.definition;
  return {
    experiment: definition?.id ?? `experiment ${experiment}`,
    arm: definition?.arms[group]?.id ?? `group ${group}`,
  };
}

/** The first of the chain is the choice. */
function placeOf({ chainArmIds }: DecisionRecord, armId: number): number | null {
  const place = chainArmIds.indexOf(armId);
  return place > 0 ? place : null;
}

const fallbacksOf = (sources: Sources, { chainArmIds }: DecisionRecord): string[] | null =>
  chainArmIds.length === 0 ? null : chainArmIds.slice(1).map((armId) => armName(sources, armId as ArmId));

/** Likeliest first. An expected cost of 0 stands for one that is not known. */
function candidatesOf(sources: Sources, record: DecisionRecord): LoggedCandidateView[] {
  return record.candidates
    .map(({ armId, propensityQ16, expectedCostNanoUsd }, i) => {
      const qualityQ16 = record.expectedQualityQ16[i];
      return {
        model: armName(sources, armId as ArmId),
        propensity: propensityQ16 / PROPENSITY_ONE,
        expectedQuality: qualityQ16 === undefined ? null : qualityQ16 / RATE_ONE_Q16,
        expectedCostNanoUsd: expectedCostNanoUsd === 0n ? null : Number(expectedCostNanoUsd),
        isChoice: armId === record.armId,
        fallback: placeOf(record, armId),
      };
    })
    .sort((a, b) => b.propensity - a.propensity || (a.model < b.model ? -1 : 1));
}

function attemptsOf(sources: Sources, outcomes: readonly Outcome[]): AttemptView[] {
  const numbers = [...new Set(outcomes.map(({ attempt }) => attempt))];
  return numbers.map((attempt) => {
    const own = outcomes.filter((outcome) => outcome.attempt === attempt);
    const execution = own.find((outcome) => outcome.execution)?.execution;
    const quality = own.find((outcome) => outcome.quality)?.quality;
    return {
      attempt,
      model: armName(sources, own[0]!.armId),
      status: execution?.status ?? null,
      quality: quality?.value ?? null,
      qualitySource: quality?.source ?? null,
      costNanoUsd: execution?.costNanoUsd ?? null,
      latencyMs: execution?.latencyMs ?? null,
      outputTokens: execution?.outputTokens ?? null,
      timeMs: Math.min(...own.map(({ eventTimeMs }) => eventTimeMs)),
    };
  });
}
