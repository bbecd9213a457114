import type { DecisionId, TenantId, UseCase } from '../ids.js';
import type { Difference } from './compare-answers.js';
import { likeliestArms, type Confrontation } from './confront.js';
import { expectationOf } from './policy-answer.js';

/** Sums over the requests of one tenant and use case; money in nano-USD, quality in [0, 1]. */
export interface TallyRow {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  requests: number;
  /** Requests by what is different. */
  readonly differences: Record<Difference, number>;
  otherWeights: number;
  /** Over all requests; ÷ `requests` is the share that goes elsewhere. */
  changedShare: number;
  /** Requests that both policies answer; the sums of quality are over them. */
  answered: number;
  qualityBefore: number;
  qualityAfter: number;
  /** Of those the ones whose cost both policies know; the sums of cost are over them. */
  priced: number;
  costNanoUsdBefore: number;
  costNanoUsdAfter: number;
}

/** Probability that moved from one arm to another, summed over requests. */
export interface MoveSum {
  readonly from: string;
  readonly to: string;
  share: number;
}

/** What one cause took, summed over requests. */
export interface LossSum {
  readonly cause: string;
  requests: number;
  arms: number;
}

/** One request that is answered otherwise. */
export interface Disagreement {
  readonly decisionId?: DecisionId;
  readonly timeMs: number;
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly difference: Difference;
  readonly changedShare: number;
  /** Where most requests like it went, and would go. */
  readonly before?: string;
  readonly after?: string;
  readonly losses: readonly string[];
}

/** All that is counted of some requests under two policies. */
export interface TallyReport {
  readonly rows: readonly TallyRow[];
  /** The greatest first. */
  readonly moves: readonly MoveSum[];
  readonly losses: readonly LossSum[];
  /** The latest first, or the greatest. */
  readonly disagreements: readonly Disagreement[];
}

/** Which disagreements are kept, and how many. */
export interface TallySettings {
  readonly keep: 'latest' | 'greatest';
  readonly disagreements: number;
}

/** Whose request it was, and when. */
export type TalliedRequest = Pick<Disagreement, 'decisionId' | 'timeMs' | 'tenant' | 'useCase'>;

/** Pairs of arms and causes that are told apart; with more of them, the rest goes uncounted. */
const DISTINCT_MAX = 2_000;
const LOSSES_TOLD = 3;

/** Adds up what another policy changes, request by request. */
export class ComparisonTally {
  private readonly rows = new Map<string, TallyRow>();
  private readonly moves = new Map<string, MoveSum>();
  private readonly losses = new Map<string, LossSum>();
  private disagreements: Disagreement[] = [];

  constructor(private readonly settings: TallySettings) {}

  add(request: TalliedRequest, confrontation: Confrontation): void {
    const row = this.rowOf(request);
    const { difference, changedShare, otherWeights, moves, losses } = confrontation;
    row.requests += 1;
    row.differences[difference] += 1;
    row.changedShare += changedShare;
    if (otherWeights) row.otherWeights += 1;
    addExpectations(row, confrontation);
    for (const { from, to, share } of moves) {
      const sum = bounded(this.moves, `${from}\n${to}`, () => ({ from, to, share: 0 }));
      if (sum !== undefined) sum.share += share;
    }
    for (const { cause, arms } of losses) {
      const sum = bounded(this.losses, cause, () => ({ cause, requests: 0, arms: 0 }));
      if (sum === undefined) continue;
      sum.requests += 1;
      sum.arms += arms;
    }
    if (difference === 'none') return;
    this.keep({
      ...request,
      difference,
      changedShare,
      ...likeliestArms(confrontation),
      losses: losses.slice(0, LOSSES_TOLD).map(({ cause }) => cause),
    });
  }

  report(): TallyReport {
    const rows = [...this.rows.values()].sort(
      (a, b) => compareTexts(a.tenant, b.tenant) || compareTexts(a.useCase, b.useCase),
    );
    return {
      rows,
      moves: [...this.moves.values()].sort((a, b) => b.share - a.share),
      losses: [...this.losses.values()].sort((a, b) => b.requests - a.requests || b.arms - a.arms),
      disagreements: this.disagreements,
    };
  }

  private rowOf({ tenant, useCase }: TalliedRequest): TallyRow {
    const key = `${tenant}\n${useCase}`;
    let row = this.rows.get(key);
    if (row === undefined) this.rows.set(key, (row = emptyRow(tenant, useCase)));
    return row;
  }

  private keep(disagreement: Disagreement): void {
    const { keep, disagreements: most } = this.settings;
    const kept = this.disagreements;
    const at =
      keep === 'latest' ? 0 : kept.findIndex(({ changedShare }) => changedShare < disagreement.changedShare);
    kept.splice(at < 0 ? kept.length : at, 0, disagreement);
    if (kept.length > most) kept.pop();
  }
}

const emptyRow = (tenant: TenantId, useCase: UseCase): TallyRow => ({
  tenant,
  useCase,
  requests: 0,
  differences: { refused: 0, admitted: 0, candidates: 0, shares: 0, none: 0 },
  otherWeights: 0,
  changedShare: 0,
  answered: 0,
  qualityBefore: 0,
  qualityAfter: 0,
  priced: 0,
  costNanoUsdBefore: 0,
  costNanoUsdAfter: 0,
});

/** All rows as one. */
export function totalOf(rows: readonly TallyRow[]): Omit<TallyRow, 'tenant' | 'useCase'> {
  const total = emptyRow('' as TenantId, '' as UseCase);
  for (const row of rows) {
    for (const key of SUMS) total[key] += row[key];
    for (const difference of Object.keys(row.differences) as Difference[])
      total.differences[difference] += row.differences[difference];
  }
  return total;
}

/** A figure of the policy before, and of the one after. */
interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** Means of a row. */
export interface TallyMeans {
  /** 0 where there is no request. */
  readonly changedShare: number;
  /** Absent where both answer none. */
  readonly quality?: BeforeAfter;
  /** Absent where none is priced under both. */
  readonly costNanoUsd?: BeforeAfter;
}

export function meansOf(row: Omit<TallyRow, 'tenant' | 'useCase'>): TallyMeans {
  const { requests, answered, priced } = row;
  return {
    changedShare: requests === 0 ? 0 : row.changedShare / requests,
    ...(answered > 0 && {
      quality: { before: row.qualityBefore / answered, after: row.qualityAfter / answered },
    }),
    ...(priced > 0 && {
      costNanoUsd: { before: row.costNanoUsdBefore / priced, after: row.costNanoUsdAfter / priced },
    }),
  };
}

const SUMS = [
  'requests',
  'otherWeights',
  'changedShare',
  'answered',
  'qualityBefore',
  'qualityAfter',
  'priced',
  'costNanoUsdBefore',
  'costNanoUsdAfter',
] as const satisfies readonly (keyof TallyRow)[];

function addExpectations(row: TallyRow, { before, after }: Confrontation): void {
  const qualities = [before, after].map((answer) => expectationOf(answer, ({ quality }) => quality));
  if (qualities[0] === undefined || qualities[1] === undefined) return;
  row.answered += 1;
  row.qualityBefore += qualities[0];
  row.qualityAfter += qualities[1];
  const costs = [before, after].map((answer) => expectationOf(answer, ({ costNanoUsd }) => costNanoUsd));
  if (costs[0] === undefined || costs[1] === undefined) return;
  row.priced += 1;
  row.costNanoUsdBefore += costs[0];
  row.costNanoUsdAfter += costs[1];
}

/** The value of a key; a new one as long as there is room. */
function bounded<T>(map: Map<string, T>, key: string, make: () => T): T | undefined {
  const found = map.get(key);
  if (found !== undefined || map.size >= DISTINCT_MAX) return found;
  const made = make();
  map.set(key, made);
  return made;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
