/**
 * What `/api/v1` answers, as JSON. Times are milliseconds since the Unix epoch, money is nano-USD (1e-9 USD), shares
 * and qualities are in [0, 1]. `null` where nothing is known.
 *
 * Types alone: the dashboard is compiled against them.
 */

/** How far back; all but the first are read from sums that are kept in the store. */
export type SpanName = '15m' | '1h' | '24h' | '7d' | '30d';

export interface SessionView {
  /** Whether a token is asked for. */
  readonly loginRequired: boolean;
  /** `null` where nobody is logged in. */
  readonly principal: {
    readonly name: string;
    readonly tenant: string;
    readonly roles: readonly string[];
  } | null;
  /** Where gRPC is served. */
  readonly grpcPort: number;
}

/** A mean and its 95 % interval. */
export interface IntervalView {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Shapes of a Beta distribution. */
export interface BetaView {
  readonly alpha: number;
  readonly beta: number;
}

export interface ShareView {
  readonly model: string;
  readonly share: number;
}

export interface UseCaseSummaryView {
  readonly useCase: string;
  readonly decisions: number;
  /** The model that most decisions chose. */
  readonly top: ShareView | null;
  /** Mean of reported qualities with its 95 % interval; a width also where all were alike. */
  readonly quality: {
    readonly mean: number;
    readonly halfWidth: number | null;
    readonly count: number;
  } | null;
  /** Reported cost, fallbacks included, per reported request. */
  readonly costPerRequestNanoUsd: number | null;
  /** Share of reported calls that went well. */
  readonly success: number | null;
}

export interface SelectTimesView {
  readonly calls: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface OverviewView {
  readonly span: SpanName;
  readonly useCases: readonly UseCaseSummaryView[];
  /** Unary calls of the last minute that were refused or failed, by method and gRPC code; of all tenants. */
  readonly errors: readonly { readonly method: string; readonly code: string; readonly count: number }[];
  readonly spend: readonly SpendView[];
}

export interface LeaderView {
  readonly model: string;
  readonly decisions: number;
  readonly share: number | null;
  /** Posterior over the whole use case. */
  readonly quality: IntervalView;
  /** The same as a Beta, and what was believed before the first outcome. */
  readonly posterior: BetaView;
  readonly prior: BetaView;
  /** Probability that its quality is the highest of the leaders', by the posteriors. */
  readonly bestProbability: number;
  /** Decayed number of qualities. */
  readonly observations: number;
  readonly success: number;
  /** Learned: older calls count less. */
  readonly costNanoUsd: number | null;
  /** Of the span's calls with a known cost, in nano-USD; `null` for fewer than two. */
  readonly spanCost: IntervalView | null;
  readonly latencyMs: number | null;
  /** A model that costs no more and is better with 95 % probability. */
  readonly dominatedBy: string | null;
  /** Standard errors between the model's reports and what the others' rates lead to expect, where that is much. */
  readonly reportRateZ: number | null;
}

export interface LeaderboardView {
  readonly span: SpanName;
  readonly useCase: string;
  readonly useCases: readonly string[];
  readonly leaders: readonly LeaderView[];
}

/** One line a model, of equal steps, oldest first. */
export interface SeriesView {
  readonly span: SpanName;
  readonly stepMs: number;
  /** Means are of so long a time, which ends with the step. */
  readonly smoothedMs: number;
  readonly startsMs: readonly number[];
  readonly models: readonly {
    readonly model: string;
    /** `null` before the first that is known. */
    readonly decisionsPerSecond: readonly (number | null)[];
    /** Of all decisions; `null` where none was taken. */
    readonly share: readonly (number | null)[];
    /** `null` where none was reported. */
    readonly quality: readonly (number | null)[];
    readonly costNanoUsd: readonly (number | null)[];
    /** In all, of each step; `null` before the first that is known. */
    readonly spendNanoUsd: readonly (number | null)[];
  }[];
}

/** What charts over time mark, by time. */
export interface AnnotationsView {
  readonly span: SpanName;
  readonly fromMs: number;
  readonly toMs: number;
  /** Drift before is not known. */
  readonly driftSinceMs: number;
  /** Those that took hold in the place of another. */
  readonly policies: readonly {
    readonly atMs: number;
    readonly version: string;
    /** By what, as the audit log has it: `policy loaded`, … */
    readonly action: string;
  }[];
  /** Each when its shift was the largest. */
  readonly drifts: readonly {
    readonly useCase: string;
    readonly model: string;
    /** `quality`, `success`, `latency` or `tokens`. */
    readonly metric: string;
    /** Of a latency or of tokens in natural logarithms. */
    readonly shift: number;
    readonly shiftSd: number;
    readonly z: number;
    readonly startMs: number;
    /** Whether it was there at the first look: it began before. */
    readonly isFromBefore: boolean;
    /** `null` while it lasts. */
    readonly endMs: number | null;
  }[];
}

export interface ModelView {
  readonly model: string;
  readonly provider: string;
  readonly status: string;
  readonly lifecycle: string;
  readonly origin: string;
  readonly inputUsdPerMTok: number | null;
  readonly outputUsdPerMTok: number | null;
  /** ISO date of the price list. */
  readonly pricesAsOf: string | null;
  readonly pricesSource: string | null;
  readonly contextWindowTokens: number;
  readonly breaker: {
    readonly state: string;
    readonly sinceMs: number | null;
    readonly untilMs: number | null;
    readonly reason: string | null;
    readonly calls: number;
    readonly failures: number;
    readonly probesInFlight: number;
    /** Oldest first. */
    readonly changes: readonly {
      readonly atMs: number;
      readonly from: string;
      readonly to: string;
      readonly reason: string | null;
    }[];
  };
  /** How calls of the last day ended. */
  readonly statuses: readonly { readonly status: string; readonly count: number }[];
}

export interface ModelsView {
  readonly nowMs: number;
  /** Nothing is known of breakers and calls before. */
  readonly sinceMs: number;
  readonly models: readonly ModelView[];
}

export interface SpendView {
  readonly account: string;
  /** `null`: all of the tenant. */
  readonly useCase: string | null;
  readonly lambda: number;
  readonly averageNanoUsdPerRequest: number | null;
  readonly period: {
    readonly every: string;
    readonly timeZone: string;
    readonly onExhausted: string;
    readonly startMs: number;
    readonly endMs: number;
    readonly limitNanoUsd: number;
    readonly spentNanoUsd: number;
    readonly reservedNanoUsd: number;
    readonly remainingNanoUsd: number;
    readonly nanoUsdPerHour: number;
    /** At the pace of the last day; `null` where the period ends before. */
    readonly exhaustedAtMs: number | null;
  } | null;
  /** By quarter of an hour, of the last day, oldest first. */
  readonly quarters: readonly { readonly startMs: number; readonly nanoUsd: number }[];
}

export interface SpendsView {
  readonly span: SpanName;
  readonly accounts: readonly SpendView[];
  /** What was reported in the span, the dearest first. */
  readonly spenders: readonly SpenderView[];
}

export interface SpenderView {
  readonly useCase: string;
  readonly model: string;
  readonly calls: number;
  readonly costNanoUsd: number;
}

export interface ReportRateView {
  readonly useCase: string;
  readonly model: string;
  readonly decisions: number;
  readonly reported: number;
  readonly expectedReported: number;
  readonly z: number;
  readonly differs: boolean;
}

export interface SystemView {
  readonly version: string;
  readonly node: string;
  readonly startedMs: number;
  readonly ready: boolean;
  /** Why it is not ready, or what is amiss though it is. */
  readonly warning: string | null;
  readonly policy: {
    readonly version: string;
    readonly sinceMs: number;
    readonly rules: number;
    /** Whether it stays in force whatever the folder holds. */
    readonly pinned: boolean;
    /** The folder's version, where it waits for the pin to be taken out. */
    readonly waitingVersion: string | null;
    readonly rejected: { readonly version: string; readonly faults: readonly string[] } | null;
  };
  readonly store: {
    readonly sequence: number;
    readonly failed: boolean;
    readonly queueDepth: number;
    readonly decisionsUnlogged: number;
  };
  /** Of the last whole five seconds, in milliseconds. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly memoryBytes: number;
  readonly calls: readonly (SelectTimesView & { readonly method: string; readonly errors: number })[];
  readonly reportRates: readonly ReportRateView[];
}

/** One frame of `/api/v1/events`, every second. */
export interface TickView {
  readonly timeMs: number;
  readonly ready: boolean;
  readonly warning: string | null;
  /** Of the principal's tenant: the mean of the last ten seconds. */
  readonly decisionsPerSecond: number;
  /** Of the last minute, of all tenants. */
  readonly select: SelectTimesView;
  readonly errorsPerMinute: number;
  readonly queueDepth: number;
  readonly sequence: number;
  readonly modelsNotClosed: number;
  readonly policyRejected: boolean;
}
