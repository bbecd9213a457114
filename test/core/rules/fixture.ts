import type { Checked, Fault } from '../../../src/core/fault.js';
import { applyRules, type ApplyOptions, type RulesOutcome } from '../../../src/core/rules/apply.js';
import type { EstimateFact, RequestFacts, RuleCandidate } from '../../../src/core/rules/facts.js';
import { parseRules } from '../../../src/core/rules/parse-rules.js';
import type { RuleSet } from '../../../src/core/rules/rule-set.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../../src/core/profile.js';
import { CAPABILITIES, type Model, type ModelId } from '../../../src/core/registry/model.js';

/** Five models that differ in what rules look at. */
export function model(id: string, over: Partial<Model> = {}): Model {
  return {
    id: id as ModelId,
    provider: id.split('/')[0] ?? id,
    displayName: id,
    status: 'active',
    lifecycle: 'stable',
    inputModalities: ['text'],
    outputModalities: ['text'],
    capabilities: ['streaming'],
    contextWindowTokens: 100_000,
    maxOutputTokens: 8_000,
    prices: { inputUsdPerMTok: 1, outputUsdPerMTok: 4 },
    regions: ['us'],
    dataPolicies: [],
    languages: [],
    tags: [],
    aliases: [],
    ...over,
  };
}

export const MODELS: readonly Model[] = [
  model('acme/large', {
    capabilities: ['tools', 'json_schema', 'streaming', 'reasoning'],
    inputModalities: ['text', 'image', 'audio', 'video', 'pdf'],
    regions: ['us', 'eu'],
    dataPolicies: ['no_training'],
    tags: ['frontier'],
    aliases: ['acme/best'],
  }),
  model('acme/small', { capabilities: ['tools', 'streaming'], contextWindowTokens: 8_000, tags: ['cheap'] }),
  model('borealis/eu', {
    regions: ['eu'],
    maxOutputTokens: 2_000,
    dataPolicies: ['no_training'],
    tags: ['cheap'],
  }),
  model('borealis/next', { lifecycle: 'preview', capabilities: [], inputModalities: ['text', 'image'] }),
  model('cirrus/old', { lifecycle: 'deprecated', unpriced: true }),
];

export const NO_DIMENSIONS = Object.fromEntries(
  COMPLEXITY_DIMENSIONS.map((name) => [name, 0]),
) as unknown as DimensionScores;

export function estimate(over: Partial<EstimateFact> = {}): EstimateFact {
  return {
    inputTokens: 1_000,
    outputTokens: 500,
    totalTokens: 1_500,
    costUsd: 0.001,
    costUsdHigh: 0.002,
    latencyMs: 900,
    priced: true,
    ...over,
  };
}

/** Wednesday 2025-01-15, 11:00 in Berlin. */
export const WEDNESDAY_NOON_MS = Date.UTC(2025, 0, 15, 10, 0);

type Overrides = { readonly [K in keyof RequestFacts]?: Partial<RequestFacts[K]> };

export function facts(over: Overrides = {}): RequestFacts {
  return {
    request: { useCase: 'support', attributes: {}, batch: false, streaming: false, ...over.request },
    profile: {
      inputTokens: 1_000,
      taskType: 'open_chat',
      complexity: 0.4,
      level: 'medium',
      dimensions: NO_DIMENSIONS,
      modalities: ['text'],
      messageCount: 1,
      ...over.profile,
    },
    budget: { limited: false, lambda: 0, ...over.budget },
    tenant: { id: 'default', tier: 'premium', tags: [], ...over.tenant },
    epochMs: over.epochMs ?? WEDNESDAY_NOON_MS,
  };
}

export function candidates(over: Record<string, Partial<EstimateFact>> = {}): RuleCandidate[] {
  return MODELS.map((entry) => ({ model: entry, estimate: estimate(over[entry.id]) }));
}

export const KNOWN = { models: MODELS, capabilities: CAPABILITIES };
export const noSchema = (): Fault[] => [];

/** Parses one file's content, as a policy directory would hold it. */
export function parse(value: unknown, file = 'rules/a.json'): Checked<RuleSet> {
  return parseRules([{ file, value }], noSchema, KNOWN);
}

export function compiled(value: unknown): RuleSet {
  const parsed = parse(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults, null, 2));
  return parsed.value;
}

export function faultsOf(value: unknown): readonly Fault[] {
  const parsed = parse(value);
  return parsed.ok ? [] : parsed.faults;
}

export const ALWAYS = { all: [] };

interface RuleDraft {
  readonly name?: string;
  readonly priority?: number;
  readonly conditions?: unknown;
}

/** A rule that always fires, unless told otherwise. */
export function rule(type: string, params: unknown, draft: RuleDraft = {}): object {
  return { name: 'r', conditions: ALWAYS, ...draft, event: { type, params } };
}

export function outcome(
  rules: readonly object[],
  over: { facts?: RequestFacts; candidates?: readonly RuleCandidate[]; options?: ApplyOptions } = {},
): RulesOutcome {
  return applyRules(
    compiled({ rules }),
    over.facts ?? facts(),
    over.candidates ?? candidates(),
    over.options,
  );
}

export function keptIds(result: RulesOutcome): string[] {
  return result.kept.map((index) => MODELS[index]?.id ?? '?');
}
