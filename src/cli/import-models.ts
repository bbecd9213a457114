import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { POLICY_CHECKS } from '../config/policy-schemas.js';
import { describeFault, type Checked } from '../core/fault.js';
import type { ImportOptions } from '../core/registry/import/entry.js';
import { mergeModels, type MergeOptions } from '../core/registry/import/merge.js';
import { selectEntries } from '../core/registry/import/selection.js';
import { CAPABILITIES, type Capability, type Model, type ModelId } from '../core/registry/model.js';
import { modelsFileText } from '../core/registry/model-to-json.js';
import { parseModels } from '../core/registry/parse-models.js';
import { summaryText } from './import-summary.js';
import { PRICE_LISTS, PriceListError, readPriceList, type PriceList } from './price-list-files.js';

export interface ImportModelsOptions extends ImportOptions, MergeOptions {
  readonly from: PriceList;
  readonly providers?: readonly string[];
  readonly models?: readonly string[];
  readonly rename?: ReadonlyMap<string, ModelId>;
  /** File to write; the merged file when absent, standard output when there is none either. */
  readonly out?: string;
  /** Models file whose entries are brought up to date. */
  readonly merge?: string;
  readonly dryRun?: boolean;
  readonly showSkipped?: boolean;
}

/** Where the command writes text: the result to `out`, the summary and faults to `err`. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const checkModels = (value: unknown, file: string): Checked<readonly Model[]> =>
  parseModels(value, { file, checkSchema: POLICY_CHECKS.models });

async function readKnown(path: string | undefined): Promise<readonly Model[]> {
  if (path === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new PriceListError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const known = checkModels(value, basename(path));
  if (!known.ok) throw new PriceListError(known.faults.map(describeFault).join('\n'));
  return known.value;
}

/** A reader never sees half a file. */
async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, text);
  await rename(next, path);
}

/**
 * Runs the import. Nothing is written when the list, the merged file or the result has a fault.
 * @returns the exit code: 0 when done, 1 on a fault, which is named on `err`.
 */
export async function importModels(
  path: string,
  options: ImportModelsOptions,
  output: Output,
): Promise<number> {
  try {
    const selection = {
      providers: options.providers ?? [],
      globs: options.models ?? [],
      renames: options.rename ?? new Map<string, ModelId>(),
    };
    const listed = selectEntries(await readPriceList(options.from, path, options), selection);
    const merged = mergeModels(await readKnown(options.merge), listed, options);
    const text = modelsFileText(merged.models);
    const target = options.out ?? options.merge;
    const checked = checkModels(JSON.parse(text), basename(target ?? 'models.json'));
    if (!checked.ok) throw new PriceListError(checked.faults.map(describeFault).join('\n'));
    output.err(summaryText(merged.changes, listed.skipped, options.showSkipped === true));
    if (options.dryRun === true) output.err('Dry run: nothing was written.\n');
    else if (target === undefined) output.out(text);
    else await replaceFile(target, text);
    return 0;
  } catch (error) {
    if (!(error instanceof PriceListError)) throw error;
    output.err(`${error.message}\n`);
    return 1;
  }
}

function words(value: string): string[] {
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isoDate(value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new InvalidArgumentError('write a date as 2026-01-31.');
}

function capabilities(value: string): Capability[] {
  const wrong = words(value).find((word) => !(CAPABILITIES as readonly string[]).includes(word));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is not one of ${CAPABILITIES.join(', ')}.`);
  return words(value) as Capability[];
}

function renaming(value: string, before: ReadonlyMap<string, ModelId> = new Map()): Map<string, ModelId> {
  const [, key, id] = /^(.+)=([^=/]+\/[^=]+)$/.exec(value) ?? [];
  if (key === undefined || id === undefined) throw new InvalidArgumentError('write key=provider/name.');
  return new Map([...before, [key, id as ModelId]]);
}

/** `sextant import`: public price lists into a models file. */
export function importCommand(): Command {
  return new Command('import')
    .summary('import models and prices from a public price list')
    .description(
      'Imports models and prices from LiteLLM, models.dev or genai-prices into a models file. ' +
        'Works on files alone: it neither calls the server nor opens the store.',
    )
    .argument('<path>', "LiteLLM's JSON map, models.dev's providers folder, or genai-prices' data.json")
    .addOption(
      new Option('--from <list>', 'which price list it is').choices(PRICE_LISTS).makeOptionMandatory(),
    )
    .option('--providers <names>', 'only these providers, comma-separated', words)
    .option('--models <globs>', 'only ids or keys that match one of these, comma-separated', words)
    .option('--rename <key=id>', 'give the entry of a key another id; may be repeated', renaming)
    .option('--merge <file>', 'bring this models file up to date, keeping what was edited by hand')
    .option('--update-only', 'add no new models')
    .option('--switch-source', 'reprice models whose prices came from another list, too')
    .option('--keep-unpriced', 'keep models without a usable price, as unpriced')
    .option(
      '--assume <capabilities>',
      'capabilities to grant where the list does not deny them',
      capabilities,
    )
    .option('--as-of <date>', 'when the list was read; decides dated prices', isoDate)
    .option('--out <file>', 'write here; else to the merged file, else to standard output')
    .option('--dry-run', 'say what would change and write nothing')
    .option('--show-skipped', 'name every entry that was left out, and why')
    .action(async (path: string, options: ImportModelsOptions) => {
      const output: Output = {
        out: (text) => process.stdout.write(text),
        err: (text) => process.stderr.write(text),
      };
      process.exitCode = await importModels(path, options, output);
    });
}
