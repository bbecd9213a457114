import { costNanoUsd } from '../cost/bill.js';
import { PPM, ratesFor, tableAt, type PriceTable } from '../cost/price-table.js';
import { INPUT_COMPONENTS, PART_FIELDS, type TokenUsage } from '../cost/token-usage.js';
import type { Ticket } from '../ticket/ticket.js';
import type { Execution, Outcome, OutcomeMetric, OutcomeStatus } from './outcome.js';

/** What the caller says happened to one attempt; validated, in our units. */
export interface AttemptReport {
  readonly attempt: number;
  /** Absent where the report brings only a quality. */
  readonly status?: OutcomeStatus;
  readonly quality?: number;
  readonly qualitySource: string;
  readonly latencyMs?: number;
  readonly timeToFirstTokenMs?: number;
  readonly usage?: Partial<TokenUsage>;
  readonly costNanoUsd?: number;
  readonly endTimeMs?: number;
  /** How long the provider asked to wait, in whole milliseconds. */
  readonly retryAfterMs?: number;
}

/** What normalising reads besides the report. */
export interface NormalizeContext {
  /** Prices of the attempt's model, of which those of the event's time hold; absent where it is unpriced or gone. */
  readonly prices?: PriceTable;
  readonly receiveTimeMs: number;
  /** Names a piece of content, so that a retry is told from a conflicting report. */
  readonly digest: (content: string) => string;
}

/**
 * Turns one attempt's report into outcomes that can be folded without any registry: final cost,
 * output tokens where they were told or are implied by the cost, event time in [issue, receipt].
 *
 * @returns one outcome per metric that the report speaks of: execution, quality, or both.
 */
export function normalizeAttempt(
  ticket: Ticket,
  report: AttemptReport,
  context: NormalizeContext,
): Outcome[] {
  const outcomes: Outcome[] = [];
  if (report.status !== undefined) {
    const outcome = base(ticket, report, context, 'execution');
    const prices = context.prices && tableAt(context.prices, outcome.eventTimeMs);
    const execution = executionOf(ticket, { ...report, status: report.status }, prices);
    outcomes.push({ ...outcome, ...expectations(ticket, report), execution });
  }
  if (report.quality !== undefined) {
    const quality = { value: report.quality, source: report.qualitySource };
    outcomes.push({ ...base(ticket, report, context, 'quality'), quality });
  }
  return outcomes;
}

function base(
  ticket: Ticket,
  report: AttemptReport,
  context: NormalizeContext,
  metric: OutcomeMetric,
): Outcome {
  const link = ticket.chain[report.attempt]!;
  // A clock that was set back must not put the receipt before the issue.
  const receiveTimeMs = Math.max(context.receiveTimeMs, ticket.issueTimeMs);
  const endTimeMs = report.endTimeMs ?? receiveTimeMs;
  const eventTimeMs = Math.min(Math.max(endTimeMs, ticket.issueTimeMs), receiveTimeMs);
  return {
    decisionId: ticket.decisionId,
    attempt: report.attempt,
    metric,
    digest: context.digest(contentOf(report, metric)),
    tenant: ticket.tenant,
    useCase: ticket.useCase,
    segment: ticket.segment,
    armId: link.armId,
    eventTimeMs,
    receiveTimeMs,
    ...(ticket.budget && { budget: ticket.budget }),
    propensityQ16: report.attempt === 0 ? ticket.propensityQ16 : 0,
    expectedQualityQ16: link.expectedQualityQ16,
    expectedCostNanoUsd: link.expectedCostNanoUsd,
    ...(ticket.context && { context: ticket.context }),
    ...(ticket.contextMapId !== undefined && { contextMapId: ticket.contextMapId }),
    ...(ticket.labelProbabilityQ16 !== undefined && { labelProbabilityQ16: ticket.labelProbabilityQ16 }),
    ...(link.expectedOutputTokens !== undefined && { expectedOutputTokens: link.expectedOutputTokens }),
    ...(ticket.exposure && { exposure: ticket.exposure }),
    policyVersion: ticket.policyVersion,
  };
}

/** What only executions are compared with. The ticket knows the prompt of its choice alone. */
function expectations(
  { chain, inputTokens }: Ticket,
  { attempt }: AttemptReport,
): Pick<Outcome, 'expectedInputTokens' | 'costInterval' | 'expectedSuccessQ16' | 'expectedLogLatencyQ10'> {
  const { costInterval, expectedSuccessQ16, expectedLogLatencyQ10 } = chain[attempt]!;
  return {
    ...(attempt === 0 && inputTokens > 0 && { expectedInputTokens: inputTokens }),
    ...(costInterval !== undefined && { costInterval }),
    ...(expectedSuccessQ16 !== undefined && { expectedSuccessQ16 }),
    ...(expectedLogLatencyQ10 !== undefined && { expectedLogLatencyQ10 }),
  };
}

/** What the caller said, spelled one way: prices and clocks of ours are no part of it. */
function contentOf(report: AttemptReport, metric: OutcomeMetric): string {
  const { status, latencyMs, timeToFirstTokenMs, usage, costNanoUsd: cost, quality, qualitySource } = report;
  const told =
    metric === 'quality'
      ? [quality, qualitySource]
      : [
          status,
          latencyMs,
          timeToFirstTokenMs,
          usage?.inputTokens,
          usage?.outputTokens,
          usage?.cachedInputTokens,
          usage?.reasoningTokens,
          cost,
          // Only where they were told: digests from before there were such fields stay as they are.
          ...(report.retryAfterMs === undefined ? [] : [report.retryAfterMs]),
          ...LATER_USAGE.flatMap((field) => (usage?.[field] === undefined ? [] : [field, usage[field]])),
        ];
  return JSON.stringify(told.map((value) => value ?? null));
}

const LATER_USAGE = [
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'audioInputTokens',
  'imageInputTokens',
  'audioOutputTokens',
  'imageOutputTokens',
  'toolCalls',
] as const satisfies readonly (keyof TokenUsage)[];

function executionOf(
  ticket: Ticket,
  report: AttemptReport & { status: OutcomeStatus },
  prices: PriceTable | undefined,
): Execution {
  const { status, latencyMs, timeToFirstTokenMs, usage, retryAfterMs } = report;
  const inputTokens = usage?.inputTokens ?? ticket.inputTokens;
  const cost = report.costNanoUsd ?? listCost(prices, usage, inputTokens, ticket.batch);
  const outputTokens = usage?.outputTokens ?? impliedOutputTokens(prices, report, inputTokens, ticket.batch);
  return {
    status,
    ...(latencyMs !== undefined && { latencyMs }),
    ...(timeToFirstTokenMs !== undefined && { timeToFirstTokenMs }),
    ...(usage?.inputTokens !== undefined && { inputTokens: usage.inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(usage?.reasoningTokens !== undefined && { reasoningTokens: usage.reasoningTokens }),
    ...(cost !== undefined && { costNanoUsd: cost }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Cost by the list, where the answer's length is known. */
function listCost(
  prices: PriceTable | undefined,
  usage: Partial<TokenUsage> | undefined,
  inputTokens: number,
  batch: boolean,
): number | undefined {
  if (prices === undefined || usage?.outputTokens === undefined) return undefined;
  return Number(costNanoUsd(prices, { ...usage, inputTokens, outputTokens: usage.outputTokens }, batch));
}

/** The answer's length that explains a reported cost; unknown where the prompt alone would cost more. */
function impliedOutputTokens(
  prices: PriceTable | undefined,
  report: Pick<AttemptReport, 'costNanoUsd' | 'usage'>,
  inputTokens: number,
  batch: boolean,
): number | undefined {
  if (prices === undefined || report.costNanoUsd === undefined) return undefined;
  const prompt = Number(costNanoUsd(prices, promptUsage(report.usage, inputTokens), batch));
  const share = batch ? 1 - Number(prices.batchDiscountPpm) / Number(PPM) : 1;
  const perToken = share * ratesFor(prices, inputTokens).perTokenNanoUsd.output;
  if (perToken === 0 || report.costNanoUsd < prompt) return undefined;
  return (report.costNanoUsd - prompt) / perToken;
}

/** What was told of a prompt without its answer; parts count only as far as the prompt goes. */
function promptUsage(usage: Partial<TokenUsage> | undefined, inputTokens: number): TokenUsage {
  const parts: { -readonly [Field in keyof TokenUsage]: TokenUsage[Field] } = {
    inputTokens,
    outputTokens: 0,
  };
  let left = inputTokens;
  for (const component of INPUT_COMPONENTS) {
    if (component === 'input') continue;
    const field = PART_FIELDS[component];
    const tokens = Math.min(usage?.[field] ?? 0, left);
    parts[field] = tokens;
    left -= tokens;
  }
  return { ...parts, toolCalls: usage?.toolCalls ?? 0 };
}
