import { ask, confront, type ConfrontedRequest } from '../../core/comparison/confront.js';
import { ComparisonTally, type TallyReport } from '../../core/comparison/tally.js';
import { attributesRead } from '../../core/rules/attributes-read.js';
import type { Policy } from '../../core/selection/policy.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { RecordedDecision } from '../decision-codec.js';
import type { EvaluatedStore } from './evaluate-log.js';
import { nothingPassedOver, replay, ReplayedPolicy, type LogFilter, type PassedOver } from './log-replay.js';

/** What two policies make of the requests of a log. */
export interface LogDiff extends TallyReport, Readonly<PassedOver> {
  readonly from: string;
  readonly to: string;
  /** Of the first and the last request; absent where there is none. */
  readonly spanMs?: readonly [number, number];
  /** Attributes that rules of either policy read and no logged request has. */
  readonly unseenAttributes: readonly string[];
}

const DISAGREEMENTS_TOLD = 20;

/**
 * Asks both policies about each logged request, each on what it would have believed then: the same outcomes, under its own
 * priors and settings. @throws StoreError; RangeError where a policy does not fit what is stored.
 */
export async function diffOnLog(
  store: EvaluatedStore,
  policies: { readonly from: Policy; readonly to: Policy; readonly surroundings: Surroundings },
  filter: LogFilter,
): Promise<LogDiff> {
  const { surroundings } = policies;
  const from = await ReplayedPolicy.open(store.outcomes, policies.from, surroundings);
  const to = await ReplayedPolicy.open(store.outcomes, policies.to, surroundings);
  const passedOver = nothingPassedOver();
  const tally = new ComparisonTally({ keep: 'greatest', disagreements: DISAGREEMENTS_TOLD });
  const seen = new Set<string>();
  let spanMs: [number, number] | undefined;
  for await (const recorded of replay(store, [from, to], filter, passedOver)) {
    const { decisionId, issueTimeMs: timeMs, question } = recorded;
    const request = requestOf(recorded);
    const { answer } = ask(from.snapshot, request);
    const { tenant, useCase } = question;
    tally.add({ decisionId, timeMs, tenant, useCase }, confront(to.snapshot, request, answer));
    for (const name of Object.keys(question.attributes)) seen.add(name);
    spanMs = [spanMs?.[0] ?? timeMs, timeMs];
  }
  const read = new Set([policies.from, policies.to].flatMap(({ rules }) => attributesRead(rules)));
  return {
    ...tally.report(),
    ...passedOver,
    from: policies.from.version,
    to: policies.to.version,
    ...(spanMs && { spanMs }),
    unseenAttributes: [...read].filter((name) => !seen.has(name)).sort(),
  };
}

function requestOf({ question, issueTimeMs, lambda, context }: RecordedDecision): ConfrontedRequest {
  return {
    question,
    options: { nowMs: issueTimeMs, asLogged: { lambda, ...(context && { context }) } },
    knowsParameters: false,
  };
}
