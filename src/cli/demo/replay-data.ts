import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseCsv } from '../csv.js';
import { drawOutcomes } from './draw-outcomes.js';
import { loadPrompts, loadRates } from './load-workload.js';

/** What one model did with one prompt. */
export interface ReplayOutcome {
  readonly quality: number;
  readonly costUsd: number;
  readonly latencyMs?: number;
}

export interface ReplayPrompt {
  readonly id: string;
  readonly text: string;
  /** Of every model. */
  readonly outcomes: ReadonlyMap<string, ReplayOutcome>;
}

/** Prompts that every model answered, so that any choice can be replayed. */
export interface ReplayData {
  readonly name: string;
  readonly models: readonly string[];
  readonly prompts: readonly ReplayPrompt[];
}

/** Where the open outcome data lies: beside the project, or where SEXTANT_DATA says. */
export function dataFolder(): string {
  return process.env['SEXTANT_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
}

/** The real prompts where they are there, else the shipped workload. */
export function loadReplayData(seed: number): ReplayData {
  const folder = `${dataFolder()}/paretobandit`;
  return existsSync(`${folder}/prompts.jsonl`) ? loadOutcomeSet(folder) : shippedWorkload(seed);
}

interface PromptLine {
  readonly prompt_id: string;
  readonly prompt: string;
}

/** A set in the format of `prompts.jsonl` and `outcomes.csv`; prompts that some model lacks are left out. */
function loadOutcomeSet(folder: string): ReplayData {
  const outcomes = new Map<string, Map<string, ReplayOutcome>>();
  const models = new Set<string>();
  for (const row of parseCsv(readFileSync(`${folder}/outcomes.csv`, 'utf8'))) {
    const [id, model] = [row['prompt_id']!, row['model']!];
    models.add(model);
    const ofPrompt = outcomes.get(id) ?? new Map<string, ReplayOutcome>();
    const outcome = { quality: Number(row['quality']), costUsd: Number(row['cost_usd']) };
    outcomes.set(id, ofPrompt.set(model, outcome));
  }
  const lines = readFileSync(`${folder}/prompts.jsonl`, 'utf8').trim().split('\n');
  const prompts = lines
    .map((line) => JSON.parse(line) as PromptLine)
    .map(({ prompt_id, prompt }) => ({
      id: prompt_id,
      text: prompt,
      outcomes: outcomes.get(prompt_id) ?? new Map(),
    }))
    .filter((prompt) => prompt.outcomes.size === models.size);
  return { name: 'paretobandit, real measured outcomes', models: [...models].sort(), prompts };
}

/** How often the shipped prompts are asked. */
const PASSES = 10;

function shippedWorkload(seed: number): ReplayData {
  const rates = loadRates();
  const shipped = loadPrompts();
  // Each pass draws outcomes of its own: 160 requests would be too few to learn from.
  const prompts = Array.from({ length: PASSES }, (_, pass) =>
    shipped.map((prompt) => ({ ...prompt, prompt_id: `${prompt.prompt_id}#${pass}` })),
  ).flat();
  const drawn = drawOutcomes(prompts, rates, seed);
  return {
    name: 'the shipped synthetic workload, asked ten times over (the real outcome data is not here; see docs/data.md)',
    models: Object.keys(rates.models).sort(),
    prompts: prompts.map(({ prompt_id, prompt }) => ({
      id: prompt_id,
      text: prompt,
      outcomes: drawn.get(prompt_id)!,
    })),
  };
}
