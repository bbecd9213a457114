import type { Fault } from '../fault.js';
import { deliberate, type Deliberation, type DeliberationOptions } from '../selection/decide.js';
import type { Question } from '../selection/question.js';
import { embeddingFaults, parameterFaults } from '../selection/question-faults.js';
import type { Removal } from '../selection/removal.js';
import type { DecisionSnapshot } from '../selection/snapshot.js';
import { compareAnswers, type AnswerComparison } from './compare-answers.js';
import { answerOf, likeliest, type PolicyAnswer } from './policy-answer.js';

/** A request and the circumstances of its decision. */
export interface ConfrontedRequest {
  readonly question: Question;
  readonly options: Omit<DeliberationOptions, 'explain' | 'trace'>;
  /** Whether values of prompts' parameters are known; a log does not keep them. */
  readonly knowsParameters: boolean;
}

/** What one cause takes from a request. */
export interface Loss {
  /** `rule NAME`, `filter NAME`, or what is wrong with the request under this policy. */
  readonly cause: string;
  /** Candidates that it removes. */
  readonly arms: number;
}

/** A request under a policy, held against another policy's answer. */
export interface Confrontation extends AnswerComparison {
  readonly before: PolicyAnswer;
  readonly after: PolicyAnswer;
  /** What removes the candidates that are gone, the most first. */
  readonly losses: readonly Loss[];
}

/** Asks a policy about a request that another one has answered. @param snapshot of the policy that is asked. */
export function confront(
  snapshot: DecisionSnapshot,
  request: ConfrontedRequest,
  before: PolicyAnswer,
): Confrontation {
  const { answer: after, faults } = ask(snapshot, request);
  const comparison = compareAnswers(before, after);
  const { gone } = comparison;
  if (gone.length === 0) return { ...comparison, before, after, losses: [] };
  const { question, options } = request;
  const losses =
    faults.length > 0
      ? faults.map(({ path, reason }) => ({ cause: `${path} ${reason}`, arms: gone.length }))
      : lossesOf(deliberate(snapshot, question, { ...options, explain: true }), gone);
  return { ...comparison, before, after, losses };
}

/** A policy's answer, and what is wrong with the request under it. */
export function ask(
  snapshot: DecisionSnapshot,
  { question, options, knowsParameters }: ConfrontedRequest,
): { readonly answer: PolicyAnswer; readonly faults: readonly Fault[] } {
  const { policy } = snapshot;
  const weights = question.weights ?? policy.bandit.weights;
  const unreadable = embeddingFaults(policy, question);
  if (unreadable.length > 0) return { answer: { candidates: [], weights }, faults: unreadable };
  const deliberation = deliberate(snapshot, question, { ...options, explain: false });
  const faults = knowsParameters ? parameterFaults(deliberation.candidates, question) : [];
  const answer = answerOf(deliberation);
  return { answer: faults.length > 0 ? { ...answer, candidates: [] } : answer, faults };
}

function lossesOf({ removals, rejection }: Deliberation, gone: readonly string[]): Loss[] {
  if (rejection !== undefined) return [{ cause: `rule ${rejection.ruleId}`, arms: gone.length }];
  const causes = new Map(removals.map((removal) => [keyOf(removal), causeOf(removal)]));
  const counts = new Map<string, number>();
  for (const arm of gone) {
    const cause = causes.get(arm.replace(VERSION, '')) ?? 'not in the registry';
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  return [...counts].map(([cause, arms]) => ({ cause, arms })).sort((a, b) => b.arms - a.arms);
}

/** A removal tells no version of its variant: there is one at a time. */
const VERSION = / v\d+\)$/;
const keyOf = ({ model, variant }: Removal): string =>
  variant === undefined ? model : `${model} (${variant}`;

const causeOf = ({ filter, ruleId }: Removal): string =>
  ruleId === undefined ? `filter ${filter}` : `rule ${ruleId}`;

/** Where most requests like this went, and would go. */
export const likeliestArms = ({
  before,
  after,
}: Pick<Confrontation, 'before' | 'after'>): { readonly before?: string; readonly after?: string } => {
  const [was, is] = [likeliest(before), likeliest(after)];
  return { ...(was && { before: was.arm }), ...(is && { after: is.arm }) };
};
