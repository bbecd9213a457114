import { COMPLEXITY_DIMENSIONS, COMPLEXITY_LEVELS, TASK_TYPES } from '../profile.js';
import {
  LIFECYCLES,
  MODALITIES,
  MODEL_STATUSES,
  type Model,
  type Prices,
  type RateLimits,
} from '../registry/model.js';
import {
  TENANT_TIERS,
  type BudgetFact,
  type ClockFact,
  type EstimateFact,
  type ProfileFact,
  type RequestFact,
  type TenantFact,
} from './facts.js';

export const FACT_NAMES = ['request', 'profile', 'model', 'estimate', 'budget', 'tenant', 'clock'] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** Facts that differ from candidate to candidate. */
export const CANDIDATE_FACTS: ReadonlySet<FactName> = new Set(['model', 'estimate']);

/** json-rules-engine's own. */
export const LIBRARY_OPERATORS = [
  'equal',
  'notEqual',
  'in',
  'notIn',
  'contains',
  'doesNotContain',
  'lessThan',
  'lessThanInclusive',
  'greaterThan',
  'greaterThanInclusive',
] as const;

/** Ours: of cost bounded by the limits on what they compare. */
export const ADDED_OPERATORS = [
  'matches',
  'intersects',
  'within',
  'semverEqual',
  'semverLessThan',
  'semverLessThanInclusive',
  'semverGreaterThan',
  'semverGreaterThanInclusive',
] as const;

export const OPERATORS = [...LIBRARY_OPERATORS, ...ADDED_OPERATORS] as const;
export type OperatorName = (typeof OPERATORS)[number];

export const ORDER_OPERATORS: ReadonlySet<OperatorName> = new Set([
  'lessThan',
  'lessThanInclusive',
  'greaterThan',
  'greaterThanInclusive',
]);

export const DECORATORS = ['someFact', 'someValue', 'everyFact', 'everyValue', 'swap', 'not'] as const;
export type DecoratorName = (typeof DECORATORS)[number];

export const EVENT_TYPES = ['exclude', 'restrict', 'require', 'cap', 'weigh', 'pin', 'reject'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

type Members<T> = Record<keyof T, true>;

const REQUEST: Members<RequestFact> = {
  useCase: true,
  attributes: true,
  batch: true,
  streaming: true,
  maxOutputTokens: true,
};
const PROFILE: Members<ProfileFact> = {
  inputTokens: true,
  taskType: true,
  complexity: true,
  level: true,
  dimensions: true,
  modalities: true,
  messageCount: true,
};
const MODEL: Members<Model> = {
  id: true,
  provider: true,
  displayName: true,
  family: true,
  status: true,
  lifecycle: true,
  inputModalities: true,
  outputModalities: true,
  capabilities: true,
  contextWindowTokens: true,
  maxOutputTokens: true,
  prices: true,
  unpriced: true,
  rateLimits: true,
  tokenCounting: true,
  regions: true,
  dataPolicies: true,
  languages: true,
  tags: true,
  aliases: true,
};
const ESTIMATE: Members<EstimateFact> = {
  inputTokens: true,
  outputTokens: true,
  totalTokens: true,
  costUsd: true,
  costUsdHigh: true,
  latencyMs: true,
  priced: true,
};
const BUDGET: Members<BudgetFact> = {
  limited: true,
  averageUsdPerRequest: true,
  lambda: true,
};
const TENANT: Members<TenantFact> = { id: true, tier: true, tags: true, allowedModels: true };
const CLOCK: Members<ClockFact> = {
  dayTime: true,
  hour: true,
  minute: true,
  dayOfWeek: true,
  isWeekday: true,
  date: true,
  epochMs: true,
};

/** The first members a path may name on each fact; the compiler keeps them equal to the facts' types. */
export const FACT_MEMBERS: Readonly<Record<FactName, readonly string[]>> = {
  request: Object.keys(REQUEST),
  profile: Object.keys(PROFILE),
  model: Object.keys(MODEL),
  estimate: Object.keys(ESTIMATE),
  budget: Object.keys(BUDGET),
  tenant: Object.keys(TENANT),
  clock: Object.keys(CLOCK),
};

const PRICES: Members<Prices> = {
  inputUsdPerMTok: true,
  outputUsdPerMTok: true,
  cachedInputUsdPerMTok: true,
  cacheWriteUsdPerMTok: true,
  cacheWrite1hUsdPerMTok: true,
  reasoningUsdPerMTok: true,
  audioInputUsdPerMTok: true,
  audioOutputUsdPerMTok: true,
  imageInputUsdPerMTok: true,
  imageOutputUsdPerMTok: true,
  perRequestUsd: true,
  perToolCallUsd: true,
  batchDiscount: true,
  tiers: true,
  from: true,
  schedule: true,
  currency: true,
  asOf: true,
  source: true,
};
const RATE_LIMITS: Members<RateLimits> = { requestsPerMinute: true, tokensPerMinute: true };

/** The second members of a path, by `fact.member`, where they are a fixed list. */
export const INNER_MEMBERS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['profile.dimensions', COMPLEXITY_DIMENSIONS],
  ['model.prices', Object.keys(PRICES)],
  ['model.rateLimits', Object.keys(RATE_LIMITS)],
]);

/** Members that hold one of a few words: a word outside the list would never match, so it is refused. */
export const MEMBER_WORDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['profile.level', COMPLEXITY_LEVELS],
  ['profile.taskType', TASK_TYPES],
  ['profile.modalities', MODALITIES],
  ['model.status', MODEL_STATUSES],
  ['model.lifecycle', LIFECYCLES],
  ['model.inputModalities', MODALITIES],
  ['model.outputModalities', MODALITIES],
  ['tenant.tier', TENANT_TIERS],
]);
