import { createHash } from 'node:crypto';
import { sampleBeta, sampleNormal } from '../../core/bandit/sample.js';
import type { ComplexityLevel, TaskType } from '../../core/profile.js';
import { rngFromSeed, type Rng } from '../../core/random.js';

/** One line of `prompts.jsonl`. */
export interface WorkloadPrompt {
  readonly prompt_id: string;
  readonly dataset: `workload/${TaskType}`;
  readonly level: ComplexityLevel;
  readonly prompt: string;
}

/** One figure per task type and level. */
export type Grid = Readonly<Record<TaskType, Readonly<Record<ComplexityLevel, number>>>>;

/** What `rates.json` says of one model. */
export interface ModelRates {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
  /** The sum α + β of the Beta that quality is drawn from. */
  readonly qualityConcentration: number;
  /** The standard deviation of the logarithm of the output tokens. */
  readonly outputTokensLogSigma: number;
  readonly firstTokenMs: number;
  readonly outputTokensPerSecond: number;
  readonly meanQuality: Grid;
  readonly meanOutputTokens: Grid;
}

export interface WorkloadRates {
  readonly models: Readonly<Record<string, ModelRates>>;
}

export interface DrawnOutcome {
  /** In [0, 1]. */
  readonly quality: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly latencyMs: number;
}

/**
 * Draws what every model would have answered to every prompt. The draws of a pair depend on nothing but
 * the seed, the prompt's id and the model's id, so the order and the number of prompts do not matter.
 */
export function drawOutcomes(
  prompts: Iterable<WorkloadPrompt>,
  rates: WorkloadRates,
  seed: number,
): Map<string, Map<string, DrawnOutcome>> {
  const models = Object.entries(rates.models);
  const outcomes = new Map<string, Map<string, DrawnOutcome>>();
  for (const prompt of prompts) {
    const byModel = new Map<string, DrawnOutcome>();
    for (const [modelId, model] of models) {
      const rng = rngFromSeed(seedOf([seed, prompt.prompt_id, modelId]));
      byModel.set(modelId, drawOne(prompt, model, rng));
    }
    outcomes.set(prompt.prompt_id, byModel);
  }
  return outcomes;
}

/** The task type that a prompt's dataset names. */
export function taskOf(prompt: WorkloadPrompt): TaskType {
  return prompt.dataset.slice('workload/'.length) as TaskType;
}

/** A rough count, four characters a token: good enough where the input's price is a small part of the cost. */
export function inputTokens(prompt: WorkloadPrompt): number {
  return Math.ceil(prompt.prompt.length / 4);
}

function drawOne(prompt: WorkloadPrompt, model: ModelRates, rng: Rng): DrawnOutcome {
  const task = taskOf(prompt);
  const mean = model.meanQuality[task][prompt.level];
  const concentration = model.qualityConcentration;
  const quality = sampleBeta({ alpha: mean * concentration, beta: (1 - mean) * concentration }, rng);
  const meanTokens = model.meanOutputTokens[task][prompt.level];
  const outputTokens = Math.max(1, Math.round(logNormal(meanTokens, model.outputTokensLogSigma, rng)));
  const costUsd =
    (inputTokens(prompt) * model.inputUsdPerMillion + outputTokens * model.outputUsdPerMillion) / 1e6;
  const latencyMs = Math.round(model.firstTokenMs + (1000 * outputTokens) / model.outputTokensPerSecond);
  return { quality, outputTokens, costUsd, latencyMs };
}

/** A log-normal draw with the given mean (of the value, not of its logarithm). */
function logNormal(mean: number, sigma: number, rng: Rng): number {
  return mean * Math.exp(sigma * sampleNormal(rng) - (sigma * sigma) / 2);
}

/** 64 bits that belong to a list of names and numbers. */
function seedOf(parts: readonly (string | number)[]): bigint {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readBigUInt64BE();
}
