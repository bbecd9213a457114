import type { ReplayPrompt } from './replay-data.js';

/** Mean quality, and mean cost in USD, per request. */
export interface Means {
  readonly quality: number;
  readonly costUsd: number;
}

/** One prompt with the model that took it. */
export interface Choice {
  readonly prompt: ReplayPrompt;
  readonly model: string;
}

export function meansOf(rows: readonly { readonly quality: number; readonly costUsd: number }[]): Means {
  let quality = 0;
  let costUsd = 0;
  for (const row of rows) {
    quality += row.quality;
    costUsd += row.costUsd;
  }
  return { quality: quality / rows.length, costUsd: costUsd / rows.length };
}

export const fixedModel = (prompts: readonly ReplayPrompt[], model: string): Means =>
  meansOf(prompts.map(({ outcomes }) => outcomes.get(model)!));

/** Every model equally often: the mean over models, exactly. */
export function uniformChoice(prompts: readonly ReplayPrompt[], models: readonly string[]): Means {
  return meansOf(models.map((model) => fixedModel(prompts, model)));
}

/**
 * The policy's own mix of models, dealt at random over the same prompts: the expectation over all deals,
 * Σ_m share_m × mean_m. A policy that does not beat it has learned nothing about prompts.
 */
export function shuffledControl(choices: readonly Choice[], models: readonly string[]): Means {
  const prompts = choices.map(({ prompt }) => prompt);
  let quality = 0;
  let costUsd = 0;
  for (const model of models) {
    const share = choices.filter((choice) => choice.model === model).length / choices.length;
    const means = fixedModel(prompts, model);
    quality += share * means.quality;
    costUsd += share * means.costUsd;
  }
  return { quality, costUsd };
}

/** The best answer to each prompt, the cheapest of equals: what no policy can beat. */
export function oracle(prompts: readonly ReplayPrompt[]): Means {
  return priced(prompts, 0);
}

/** The best per-prompt choice whose mean cost stays within the budget, by a price on cost (Lagrangian). */
export function oracleAt(prompts: readonly ReplayPrompt[], budgetUsd: number): Means {
  let low = 0;
  let high = 1e6;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(Math.max(low, 1e-3) * high);
    if (priced(prompts, middle).costUsd > budgetUsd) low = middle;
    else high = middle;
  }
  return priced(prompts, high);
}

function priced(prompts: readonly ReplayPrompt[], priceOfUsd: number): Means {
  return meansOf(
    prompts.map(({ outcomes }) =>
      [...outcomes.values()].reduce((best, next) => {
        const gain = next.quality - best.quality - priceOfUsd * (next.costUsd - best.costUsd);
        return gain > 0 || (gain === 0 && next.costUsd < best.costUsd) ? next : best;
      }),
    ),
  );
}
