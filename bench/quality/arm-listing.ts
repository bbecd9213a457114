import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model, Prices } from '../../src/core/registry/model.js';
import { estimateMessagesTokens } from '../../src/core/tokens/estimate-tokens.js';
import { projectRoot } from './project-root.js';

/** How an arm is priced in the registry. */
export interface ArmListing {
  readonly prices: Prices;
  readonly maxOutputTokens: number;
}

/** Ten dollars, where a million tokens cost one. */
const UNLIMITED_OUTPUT_TOKENS = 10_000_000;

/** Every arm of a set without costs: one price for all, and next to nothing. */
export const FREE_OF_COST: ArmListing = {
  prices: { inputUsdPerMTok: 0, outputUsdPerMTok: 0.000001 },
  maxOutputTokens: UNLIMITED_OUTPUT_TOKENS,
};

/** The answer's length is then its cost in millionths of a dollar. */
const COST_AS_LENGTH: ArmListing = {
  prices: { inputUsdPerMTok: 0, outputUsdPerMTok: 1 },
  maxOutputTokens: UNLIMITED_OUTPUT_TOKENS,
};

/** A list price does not explain a set in which more than this share of calls cost less than their prompt. */
const UNEXPLAINED_SHARE = 0.01;

/** What an arm was asked and what it cost, prompt by prompt. */
export interface Bills {
  readonly texts: readonly (string | undefined)[];
  readonly costUsd: readonly number[];
}

/** The list price of `rules/models.json` where it has the arm and explains its bills, else a synthetic one. */
export function armListing(arm: string, { texts, costUsd }: Bills): ArmListing {
  const listed = listedModels().get(arm);
  if (listed === undefined) return COST_AS_LENGTH;
  const unexplained = texts.filter((text, i) => {
    const tokens = text === undefined ? 0 : estimateMessagesTokens([{ role: 'user', text }]);
    return costUsd[i]! < (tokens * listed.prices.inputUsdPerMTok) / 1e6;
  });
  return unexplained.length > UNEXPLAINED_SHARE * texts.length ? COST_AS_LENGTH : listed;
}

let listed: ReadonlyMap<string, ArmListing> | undefined;

function listedModels(): ReadonlyMap<string, ArmListing> {
  if (listed !== undefined) return listed;
  const file = join(projectRoot(), 'rules/models.json');
  const { models } = JSON.parse(readFileSync(file, 'utf8')) as { models: readonly Model[] };
  const byId = new Map<string, ArmListing>();
  for (const { id, prices, maxOutputTokens } of models) {
    if (prices !== undefined) byId.set(id, { prices, maxOutputTokens });
  }
  listed = byId;
  return byId;
}
