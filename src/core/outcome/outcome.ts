import type { Exposure } from '../experiment/exposure.js';
import type { DecisionId, TenantId, UseCase } from '../ids.js';
import type { ArmId } from '../registry/model.js';

export const OUTCOME_STATUSES = [
  'success',
  'rate_limited',
  'timeout',
  'server_error',
  'content_filtered',
  'context_too_long',
  'invalid_request',
  'cancelled',
] as const;
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

/** Expected rates, of quality and of success, are logged as whole 1/65535ths. */
export const RATE_ONE_Q16 = 65_535;
/** Expected natural logarithms as whole 1/1024ths: to a tenth of a per cent. */
export const LOG_ONE_Q10 = 1024;

export const OUTCOME_METRICS = ['execution', 'quality'] as const;
/** What one record says of an attempt; each is reported, and counted, at most once. */
export type OutcomeMetric = (typeof OUTCOME_METRICS)[number];

/** Status, latency, tokens and cost of one attempt. */
export interface Execution {
  readonly status: OutcomeStatus;
  readonly latencyMs?: number;
  readonly timeToFirstTokenMs?: number;
  readonly inputTokens?: number;
  /** Reported, or implied by the reported cost and the list price; fractional then. */
  readonly outputTokens?: number;
  /** Thinking tokens, part of the answer's; whole. */
  readonly reasoningTokens?: number;
  /** Final cost in whole nano-USD, at most 2^53 − 1. */
  readonly costNanoUsd?: number;
  /** How long the provider asked to wait, in whole milliseconds; only where it refused or failed. */
  readonly retryAfterMs?: number;
}

/** A judgement of one attempt's answer. */
export interface Quality {
  /** In [0, 1]. */
  readonly value: number;
  readonly source: string;
}

/**
 * One outcome, final and normalised, as the outcome log keeps it.
 *
 * Invariants: numbers are finite; `issueTime ≤ eventTimeMs ≤ receiveTimeMs`; exactly the part
 * that `metric` names is present. Folding an outcome reads no registry and no rules.
 */
export interface Outcome {
  readonly decisionId: DecisionId;
  /** 0 for the choice, n for the nth fallback. */
  readonly attempt: number;
  readonly metric: OutcomeMetric;
  /** Names what the caller reported (16 hexadecimal digits): equal on a retry, else a conflict. */
  readonly digest: string;
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly segment: string;
  readonly armId: ArmId;
  readonly eventTimeMs: number;
  readonly receiveTimeMs: number;
  readonly execution?: Execution;
  readonly quality?: Quality;
  /** Budget that the spend counts against. */
  readonly budget?: { readonly id: string; readonly averageNanoUsd: number };
  /** Probability of the choice in 1/65536; 0 on fallback attempts, which have none. */
  readonly propensityQ16: number;
  /** In 1/65535. */
  readonly expectedQualityQ16: number;
  readonly expectedCostNanoUsd: number;
  /** The context that the decision scored; absent where its policy used none. */
  readonly context?: Int8Array;
  /** Map of the context's embedding; absent where none is in it. */
  readonly contextMapId?: number;
  /** Probability in 1/65536 with which the decision asked for a quality; absent where it did not ask. */
  readonly labelProbabilityQ16?: number;
  /** Median answer length predicted at decision; absent where none was. */
  readonly expectedOutputTokens?: number;
  /** Chance of success predicted at decision, in 1/65535; absent where none was. */
  readonly expectedSuccessQ16?: number;
  /** Natural logarithm of the median latency in milliseconds predicted at decision, in 1/1024; absent where none was. */
  readonly expectedLogLatencyQ10?: number;
  /** Prompt tokens that the decision counted; absent where the attempt may have had another prompt. */
  readonly expectedInputTokens?: number;
  /** 80 % interval of the expected cost, as `packInterval` has it; absent where none was predicted. */
  readonly costInterval?: number;
  /** Absent where the decision belonged to no experiment. */
  readonly exposure?: Exposure;
  /** First eight bytes of the policy version, hexadecimal. */
  readonly policyVersion: string;
}

/** The dedupe key's parts: what may be counted only once. */
export type OutcomeKey = Pick<Outcome, 'decisionId' | 'attempt' | 'metric'>;
