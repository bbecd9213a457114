import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fitComplexity } from '../../core/complexity/fit/fit-complexity.js';
import type { FitExample } from '../../core/complexity/fit/example.js';
import { parseComplexitySettings } from '../../core/complexity/parse-settings.js';
import type { ComplexitySettings } from '../../core/complexity/settings.js';
import { describeFault, type Fault } from '../../core/fault.js';
import { POLICY_CHECKS } from '../../config/policy-schemas.js';
import { openLevelStore } from '../../store/level/open-level-store.js';
import { StoreError } from '../../store/store-error.js';
import { comparedModels, examplesOf, outcomeFolders, readAnsweredSet, type DataOptions } from './fit-data.js';
import { readFitLog, type FitLogFilter } from './fit-log.js';
import { differenceText, fitText, sourcesText } from './fit-report.js';

export interface ComplexityFitOptions extends DataOptions, FitLogFilter {
  /** Folders of outcome data; the store's log where empty. */
  readonly data: readonly string[];
  readonly store: string;
  /** The policy folder, whose complexity.json the fit is compared with. */
  readonly rules: string;
  readonly allTenants?: boolean;
  /** Absent: nothing is written. */
  readonly out?: string;
  /** Whether `out` may exist. */
  readonly replace?: boolean;
}

/** Where the command writes text. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Only dimensions and words are read, and these do not depend on settings. */
const NO_SETTINGS: ComplexitySettings = {
  weights: {
    length: 1,
    reasoning_depth: 0,
    domain_knowledge: 0,
    code: 0,
    mathematics: 0,
    output_constraints: 0,
    instructions: 0,
    context_dependence: 0,
    ambiguity: 0,
    languages: 0,
  },
  thresholds: { medium: 0.3, high: 0.6 },
};

/** Runs the fit. @returns the exit code: 0 when done, 1 where the store fails, 2 where something is refused. */
export async function runComplexityFit(options: ComplexityFitOptions, output: Output): Promise<number> {
  const { out, err } = output;
  try {
    const examples = await gather(options, output);
    out(`\n${examples.length} examples\n${sourcesText(examples)}\n`);
    const result = fitComplexity(examples);
    if (!result.ok) {
      err(`nothing was fitted: ${result.reason}\n`);
      return 2;
    }
    out(fitText(result.fit));
    const current = await currentSettings(join(options.rules, 'complexity.json'));
    out(`\n${differenceText(current, result.fit.settings)}`);
    return await write(result.fit.settings, options, output);
  } catch (error) {
    if (error instanceof StoreError) {
      err(`${error.code}: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof RangeError)) throw error;
    err(`${error.message}\n`);
    return 2;
  }
}

async function gather(options: ComplexityFitOptions, { out }: Output): Promise<readonly FitExample[]> {
  if (options.data.length === 0) return gatherLog(options, out);
  const examples: FitExample[] = [];
  for (const folder of options.data.flatMap(outcomeFolders)) {
    const set = readAnsweredSet(folder);
    const { weak, strong } = comparedModels(set, options);
    const compared = options.target === 'gain' ? `${strong} over ${weak}` : `${weak} against the best`;
    out(`${set.name}: ${compared}\n`);
    for (const example of examplesOf(set, { options, settings: NO_SETTINGS })) examples.push(example);
  }
  return examples;
}

async function gatherLog(options: ComplexityFitOptions, out: Output['out']): Promise<readonly FitExample[]> {
  if (options.words > 0)
    throw new RangeError('--words: a log has no text; fit words to outcome data (--data)');
  const store = await openLevelStore(options.store, { createIfMissing: false });
  try {
    const { examples, passedOver, tenants } = await readFitLog(store, options);
    if (passedOver > 0) out(`${passedOver} qualities passed over: their decision was not kept\n`);
    if (tenants.length > 1 && options.allTenants !== true) {
      throw new RangeError(
        `the log has outcomes of ${tenants.length} tenants (${tenants.slice(0, 10).join(', ')}): ` +
          'name one with --tenant, or fit to all of them with --all-tenants',
      );
    }
    return examples;
  } finally {
    await store.close();
  }
}

/** The file in force, where there is one that can be read. */
async function currentSettings(file: string): Promise<ComplexitySettings | undefined> {
  try {
    const checked = checkedSettings(JSON.parse(await readFile(file, 'utf8')), file);
    return Array.isArray(checked) ? undefined : (checked as ComplexitySettings);
  } catch {
    return undefined;
  }
}

function checkedSettings(value: unknown, file: string): ComplexitySettings | readonly Fault[] {
  const checked = parseComplexitySettings(value, file, POLICY_CHECKS.complexity);
  return checked.ok ? checked.value : checked.faults;
}

/** Nothing that a server would refuse is written, no file is replaced unasked, and a reader sees no half of one. */
async function write(
  settings: ComplexitySettings,
  { out: target, replace, rules }: ComplexityFitOptions,
  { out, err }: Output,
): Promise<number> {
  const file = { $schema: './schema/complexity.schema.json', ...settings };
  const checked = checkedSettings(file, target ?? join(rules, 'complexity.json'));
  if (Array.isArray(checked)) {
    for (const fault of checked as readonly Fault[]) err(`${describeFault(fault)}\n`);
    return 2;
  }
  if (target === undefined) {
    out('\nNothing was written; --out names a file.\n');
    return 0;
  }
  const exists = await readFile(target).then(
    () => true,
    () => false,
  );
  if (exists && replace !== true) {
    err(`${target}: is there already; --replace puts the fit in its place\n`);
    return 2;
  }
  await writeFile(`${target}.next`, `${JSON.stringify(file, null, 2)}\n`);
  await rename(`${target}.next`, target);
  out(`\nWritten to ${target}\n`);
  return 0;
}
