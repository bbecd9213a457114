import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { armListing, FREE_OF_COST, type ArmListing } from './arm-listing.js';
import { parseCsv } from '../../src/cli/csv.js';

/** Which set, which arms of it, and what a policy is told of a prompt. */
export interface SetSpec {
  readonly folder: string;
  /** Absent: all arms found. */
  readonly arms?: readonly string[];
  /** Prompts must be complete for these arms too, so that sets of different arms share their prompts. */
  readonly completeFor?: readonly string[];
  /** `dataset`: the dataset is the use case. Absent: a prompt's category, else one use case for all. */
  readonly useCase?: 'dataset';
}

export interface BenchPrompt {
  readonly id: string;
  /** Absent: the policy is told features alone. */
  readonly text?: string;
  readonly useCase: string;
  readonly dataset: string;
}

/** Prompts that every arm answered, so that any policy can be replayed. */
export interface OutcomeSet {
  readonly name: string;
  readonly arms: readonly string[];
  readonly listings: readonly ArmListing[];
  readonly prompts: readonly BenchPrompt[];
  /** In [0, 1]; prompt p and arm k at p·K + k. */
  readonly quality: Float64Array;
  /** The same layout. Absent on sets that do not know costs. */
  readonly costUsd?: Float64Array;
}

interface PromptLine {
  readonly prompt_id: string;
  readonly dataset?: string;
  readonly category?: string;
  readonly prompt?: string;
}

interface Cell {
  readonly quality: number;
  readonly costUsd: number | undefined;
}

const ONE_USE_CASE = 'bench';

export const isOutcomeSet = (folder: string): boolean =>
  ['prompts.jsonl', 'outcomes.csv'].every((file) => existsSync(join(folder, file)));

/**
 * Reads `prompts.jsonl` and `outcomes.csv`, and keeps the prompts that every wanted arm answered.
 *
 * Costs count where each kept outcome can have one: a set in which no prompt is priced throughout has none.
 * @throws RangeError on a quality outside [0, 1], a negative cost, an unknown arm, or no complete prompt.
 */
export function loadOutcomeSet(spec: SetSpec): OutcomeSet {
  const { cells, found } = readOutcomes(join(spec.folder, 'outcomes.csv'));
  const arms = spec.arms ?? [...found].sort();
  const needed = [...new Set([...arms, ...(spec.completeFor ?? [])])];
  for (const arm of needed) if (!found.has(arm)) throw new RangeError(`${spec.folder} has no arm "${arm}"`);

  const lines = readFileSync(join(spec.folder, 'prompts.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as PromptLine);
  const answered = lines.filter(({ prompt_id: id }) => needed.every((arm) => cells.get(id)?.has(arm)));
  const priced = answered.filter(({ prompt_id: id }) =>
    needed.every((arm) => cells.get(id)!.get(arm)!.costUsd !== undefined),
  );
  const kept = priced.length > 0 ? priced : answered;
  if (kept.length === 0) throw new RangeError(`${spec.folder} has no prompt that all arms answered`);

  const column = (read: (cell: Cell) => number): Float64Array =>
    Float64Array.from(kept.flatMap(({ prompt_id: id }) => arms.map((arm) => read(cells.get(id)!.get(arm)!))));
  const prompts = kept.map((line) => benchPrompt(line, spec));
  const set = {
    name: basename(resolve(spec.folder)),
    arms,
    prompts,
    quality: column(({ quality }) => quality),
  };
  if (priced.length === 0) return { ...set, listings: arms.map(() => FREE_OF_COST) };
  const costUsd = column((cell) => cell.costUsd!);
  const texts = prompts.map(({ text }) => text);
  const listings = arms.map((arm, k) =>
    armListing(arm, { texts, costUsd: texts.map((_, p) => costUsd[p * arms.length + k]!) }),
  );
  return { ...set, listings, costUsd };
}

function benchPrompt(
  { prompt_id, dataset, category, prompt }: PromptLine,
  { useCase }: SetSpec,
): BenchPrompt {
  const named = useCase === 'dataset' ? dataset : category;
  return {
    id: prompt_id,
    ...(prompt !== undefined && prompt !== '' && { text: prompt }),
    useCase: named ?? ONE_USE_CASE,
    dataset: dataset ?? category ?? ONE_USE_CASE,
  };
}

function readOutcomes(file: string): { cells: Map<string, Map<string, Cell>>; found: Set<string> } {
  const cells = new Map<string, Map<string, Cell>>();
  const found = new Set<string>();
  for (const { prompt_id: id, model, quality, cost_usd: cost } of parseCsv(readFileSync(file, 'utf8'))) {
    if (id === undefined || model === undefined || quality === undefined) {
      throw new RangeError(`${file} needs the columns prompt_id, model and quality`);
    }
    if (quality === '') continue;
    const cell: Cell = {
      quality: Number(quality),
      costUsd: cost === undefined || cost === '' ? undefined : Number(cost),
    };
    if (!(cell.quality >= 0 && cell.quality <= 1))
      throw new RangeError(`quality ${quality} of ${id}, ${model}`);
    if (cell.costUsd !== undefined && !(cell.costUsd >= 0))
      throw new RangeError(`cost ${cost} of ${id}, ${model}`);
    found.add(model);
    const ofPrompt = cells.get(id) ?? new Map<string, Cell>();
    cells.set(id, ofPrompt.set(model, cell));
  }
  return { cells, found };
}
