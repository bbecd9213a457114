import { describeFault } from '../../src/core/fault.js';
import type { ArmId, Model, ModelId, Prices } from '../../src/core/registry/model.js';
import { buildRegistry, type Registry } from '../../src/core/registry/registry.js';
import type { OutcomeSet } from './outcome-set.js';
import type { Stage } from './stage.js';

/** Wide enough that no prompt of any set is too long. */
const CONTEXT_WINDOW_TOKENS = 10_000_000;

/** The arm's number in the registry; its place in the set, from 1 on. */
export const armIdOf = (arm: number): ArmId => (arm + 1) as ArmId;
export const armOf = (armId: ArmId): number => armId - 1;

/** A registry of a set's arms as a stage has them: those that are there, at that stage's prices. */
export function benchRegistry(set: OutcomeSet, stage: Stage): Registry {
  const models = benchModels(set, stage);
  const armIds = new Map(set.arms.map((arm, k) => [arm as ModelId, armIdOf(k)]));
  const registry = buildRegistry({ fileModels: models, storedModels: [], armIds });
  if (!registry.ok) throw new RangeError(registry.faults.map(describeFault).join('; '));
  return registry.value;
}

/** A set's arms as a policy's file lists them. */
export const benchModels = (set: OutcomeSet, stage: Stage): Model[] =>
  set.arms.flatMap((arm, k) =>
    stage.absent?.includes(arm) ? [] : [benchModel(set, k, stage.priceDivisor?.[arm] ?? 1)],
  );

function benchModel(set: OutcomeSet, arm: number, priceDivisor: number): Model {
  const id = set.arms[arm]!;
  const { prices, maxOutputTokens } = set.listings[arm]!;
  return {
    id: id as ModelId,
    provider: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'bench',
    displayName: id,
    status: 'active',
    lifecycle: 'stable',
    inputModalities: ['text'],
    outputModalities: ['text'],
    capabilities: [],
    contextWindowTokens: CONTEXT_WINDOW_TOKENS,
    maxOutputTokens,
    prices: dividedPrices(prices, priceDivisor),
    regions: [],
    dataPolicies: [],
    languages: [],
    tags: [],
    aliases: [],
  };
}

/** Prices of tokens alone, divided: what the outcome sets were billed by. */
function dividedPrices({ inputUsdPerMTok, outputUsdPerMTok, tiers }: Prices, divisor: number): Prices {
  return {
    inputUsdPerMTok: inputUsdPerMTok / divisor,
    outputUsdPerMTok: outputUsdPerMTok / divisor,
    ...(tiers && {
      tiers: tiers.map((tier) => ({
        abovePromptTokens: tier.abovePromptTokens,
        inputUsdPerMTok: tier.inputUsdPerMTok / divisor,
        outputUsdPerMTok: tier.outputUsdPerMTok / divisor,
      })),
    }),
  };
}
