import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPolicy } from '../../src/config/load-policy.js';
import { describeFault } from '../../src/core/fault.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { armKeysOf, promptBook } from '../../src/core/prompts/prompt-book.js';
import type { ArmId, ModelId } from '../../src/core/registry/model.js';
import { buildRegistry } from '../../src/core/registry/registry.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../../src/core/selection/snapshot.js';

export const SHIPPED_RULES = fileURLToPath(new URL('../../rules/', import.meta.url));

/** What a small policy holds instead of what every small policy holds. */
export interface PolicyParts {
  readonly models?: readonly object[];
  readonly rules?: readonly object[];
  readonly budgets?: readonly object[];
  readonly tenants?: object;
  readonly priors?: object;
  readonly bandit?: object;
  readonly embedding?: object;
  /** Prompt variants, and beside them how they are reviewed. */
  readonly prompts?: readonly object[];
  readonly review?: object;
  readonly experiments?: readonly object[];
}

/** An entry of models.json: `provider/name`, cheap enough for every tier. */
export function modelEntry(id: string, changes: object = {}): object {
  return {
    id,
    provider: id.split('/')[0],
    displayName: id,
    inputModalities: ['text'],
    capabilities: ['streaming'],
    contextWindowTokens: 100_000,
    maxOutputTokens: 8_000,
    prices: { inputUsdPerMTok: 1, outputUsdPerMTok: 4 },
    ...changes,
  };
}

/** A rule as a file holds it; it fires on everything unless told otherwise. */
export function ruleEntry(name: string, type: string, params: object, changes: object = {}): object {
  return { name, priority: 10, conditions: { all: [] }, event: { type, params }, ...changes };
}

/** Holds for requests of one use case. */
export const ofUseCase = (useCase: string): object => ({
  all: [{ fact: 'request', path: '$.useCase', operator: 'equal', value: useCase }],
});

/** Holds for one model. */
export const ofModel = (id: string): object => ({
  all: [{ fact: 'model', path: '$.id', operator: 'equal', value: id }],
});

/** Beliefs per segment, whose distributions tests can work out by hand. */
export const BANDIT = {
  policy: 'beta',
  linear: {
    hashedWords: 0,
    slopePrecision: 25,
    slopePrecisions: [],
    sharedSlopeOutcomes: 0,
    tokenSlopePrecision: 10,
    thompsonScale: { intercept: 1, slopes: 1 },
    poolingStrength: 30,
    poolingStrengths: [],
    noiseVariance: 0.02,
    noiseStrength: 50,
  },
  exploration: { floor: 0, newcomerShare: 0, newcomerPulls: 20 },
  segmentBy: ['level'],
  weights: { quality: 0.75, cost: 0.2, latency: 0.05 },
  referenceCostUsd: 0.02,
  referenceLatencyMs: 30_000,
  poolingStrength: 8,
  halfLifeHours: { quality: 720, success: 1, tokens: 720, latency: 24, cost: 720 },
};

const PRIORS = {
  default: {
    quality: { mean: 0.75, strength: 2 },
    success: { mean: 0.98, strength: 20 },
    outputTokens: { median: 250, sigma: 1, strength: 4 },
    latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
  },
};

/** Four models of three providers, alike but for their prices. */
export const FOUR_MODELS = [
  modelEntry('acme/large', { prices: { inputUsdPerMTok: 3, outputUsdPerMTok: 15 }, tags: ['premium'] }),
  modelEntry('acme/small'),
  modelEntry('borealis/eu', { regions: ['eu'], prices: { inputUsdPerMTok: 2, outputUsdPerMTok: 8 } }),
  modelEntry('cirrus/free', { prices: undefined, unpriced: true }),
];

export async function writeJson(folder: string, file: string, value: unknown): Promise<void> {
  await writeFile(join(folder, file), JSON.stringify(value, null, 2));
}

/** A folder of its own with a small policy in it. The caller removes it. */
export async function policyFolder(parts: PolicyParts = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-policy-'));
  await mkdir(join(folder, 'rules'));
  await cp(join(SHIPPED_RULES, 'complexity.json'), join(folder, 'complexity.json'));
  await writeJson(folder, 'models.json', { models: parts.models ?? FOUR_MODELS });
  await writeJson(folder, 'rules/test.json', { rules: parts.rules ?? [] });
  await writeJson(folder, 'budgets.json', { budgets: parts.budgets ?? [] });
  const tenants = { default: { tier: 'premium', tags: [] }, ...parts.tenants };
  await writeJson(folder, 'tenants.json', { tenants });
  await writeJson(folder, 'priors.json', { ...PRIORS, ...parts.priors });
  await writeJson(folder, 'bandit.json', { ...BANDIT, ...parts.bandit });
  if (parts.embedding !== undefined) await writeJson(folder, 'embedding.json', parts.embedding);
  if (parts.prompts !== undefined)
    await writeJson(folder, 'prompts.json', {
      prompts: parts.prompts,
      ...(parts.review && { review: parts.review }),
    });
  if (parts.experiments !== undefined)
    await writeJson(folder, 'experiments.json', { experiments: parts.experiments });
  return folder;
}

/** The policy of a folder, by the real loaders. @throws Error naming its faults. */
export async function policyOf(folder: string): Promise<Policy> {
  const { policy } = await loadPolicy(folder);
  if (!policy.ok) throw new Error(policy.faults.map(describeFault).join('\n'));
  return policy.value;
}

/** A small policy, loaded; nothing is left on disk. */
export async function smallPolicy(parts: PolicyParts = {}): Promise<Policy> {
  const folder = await policyFolder(parts);
  try {
    return await policyOf(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What decisions are taken on: arms are numbered from 1, models in their order and then variants. */
export function snapshotOf(
  policy: Policy,
  learning: LearningState = new LearningState(policy.bandit.halfLives),
): DecisionSnapshot {
  const armIds = new Map(policy.models.map(({ id }, i): [ModelId, ArmId] => [id, (i + 1) as ArmId]));
  const registry = buildRegistry({ fileModels: policy.models, storedModels: [], armIds });
  if (!registry.ok) throw new Error(registry.faults.map(describeFault).join('\n'));
  const { variants } = policy.prompts;
  const keys = [...armIds.keys(), ...armKeysOf(variants, policy.models)];
  const numbers = new Map(keys.map((key, i): [string, ArmId] => [key, (i + 1) as ArmId]));
  const book = promptBook({ fileVariants: variants, storedVariants: [], armIds: numbers });
  return decisionSnapshot(policy, registry.value, learning, book);
}
