import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { fitPriors, type FitOptions } from '../core/bandit/fit-priors.js';
import { leaveOneOut } from '../core/bandit/fit-priors-leave-one-out.js';
import { parsePriors, type PriorsFile } from '../core/bandit/parse-priors.js';
import { FITTED_METRICS, type FittedMetric } from '../core/bandit/prior-cells.js';
import { mergePriors, priorsFileText, type MergedPriors } from '../core/bandit/prior-merge.js';
import { STRENGTH_MAX } from '../core/bandit/prior-rate.js';
import { readsContext } from '../core/bandit/settings.js';
import { describeFault, type Checked } from '../core/fault.js';
import type { Policy } from '../core/selection/policy.js';
import { checkFolder } from '../config/load-policy.js';
import { POLICY_CHECKS } from '../config/policy-schemas.js';
import { openLevelStore } from '../store/level/open-level-store.js';
import { StoreError } from '../store/store-error.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { openPolicyFolder } from './open-policy-folder.js';
import { readPriorLog, type PriorLog } from './priors-log.js';
import { fittedText, leaveOneOutText } from './priors-report.js';

/** A prior is outvoted by as many outcomes as it is worth. */
const DEFAULT_MAX_STRENGTH = 50;

export interface PriorsFitOptions {
  readonly store: string;
  /** The policy folder. */
  readonly rules: string;
  /** The folder's `priors.json` where absent. */
  readonly out?: string;
  readonly metrics: readonly FittedMetric[];
  readonly maxStrength: number;
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

/** Where the command writes text. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the fit. @returns the exit code: 0 when done, 1 where the store fails, 2 where something is refused. */
export async function runPriorsFit(options: PriorsFitOptions, { out, err }: Output): Promise<number> {
  const { policy: loaded } = checkFolder(await openPolicyFolder(options.rules));
  if (!loaded.ok) return refused(loaded, err);
  const policy = loaded.value;
  const target = options.out ?? join(options.rules, 'priors.json');
  const current = await fileAt(target, join(options.rules, 'priors.json'), policy);
  if (!current.ok) return refused(current, err);
  const log = await logOf(options, policy, err);
  if (log === undefined) return 1;
  if (log.tenants.length > 1 && !options.allTenants) {
    err(`the log has outcomes of ${log.tenants.length} tenants (${log.tenants.slice(0, 10).join(', ')}): `);
    err('name one with --tenant, or fit to all of them with --all-tenants\n');
    return 2;
  }

  const fallback = current.value.default;
  const fit: FitOptions = { metrics: options.metrics, maxStrength: options.maxStrength, fallback };
  const fitted = fitPriors(log.cells, fit);
  out(`${log.outcomes} outcomes, ${log.cells.length} cells\n`);
  if (log.passedOver > 0) {
    out(
      `${log.passedOver} outcomes passed over: their model is not in models.json, or no file can name their use case\n`,
    );
  }
  if (fitted.length === 0) {
    out('nothing to fit: nothing was written\n');
    return 0;
  }
  const merged = mergePriors(current.value, fitted, { replace: options.replace === true });
  out(`\nFitted, each worth at most ${options.maxStrength} outcomes\n${fittedText(fitted, merged.kept)}`);
  out(`\nLeft out one by one: loss per outcome and gain over the default, in nats\n`);
  out(leaveOneOutText(leaveOneOut(log.cells, fit)));
  if (readsContext(policy.bandit.policy) && fitted.some(({ level }) => level !== undefined)) {
    out(`\nThe policy ${policy.bandit.policy} regresses on the context, and reads no prior by level.\n`);
  }
  return writeMerged(merged, { target, policy, options, output: { out, err } });
}

interface Writing {
  readonly target: string;
  readonly policy: Policy;
  readonly options: PriorsFitOptions;
  readonly output: Output;
}

/** Nothing that a server would refuse is written, and a reader never sees half a file. */
async function writeMerged(
  { file, kept }: MergedPriors,
  { target, policy, options, output: { out, err } }: Writing,
): Promise<number> {
  const checked = parsePriors({ file: target, value: file }, POLICY_CHECKS.priors, policy);
  if (!checked.ok) return refused(checked, err);
  if (kept.size > 0)
    out(`\n${kept.size} priors of the file were kept; --replace puts the fitted ones there.\n`);
  if (options.dryRun === true) {
    out('\nDry run: nothing was written.\n');
    return 0;
  }
  await writeFile(`${target}.next`, priorsFileText(file));
  await rename(`${target}.next`, target);
  out(`\nWritten to ${target}\n`);
  return 0;
}

async function logOf(
  { store: path, tenant }: PriorsFitOptions,
  { models, bandit }: Policy,
  err: Output['err'],
): Promise<PriorLog | undefined> {
  try {
    const store = await openLevelStore(path, { createIfMissing: false });
    try {
      const { segmentBy } = bandit;
      return await readPriorLog(store, { models, segmentBy, ...(tenant !== undefined && { tenant }) });
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    err(`${error.code}: ${error.message}\n`);
    return undefined;
  }
}

/** The file to merge with, checked: the target where there is one, else the policy's own. */
async function fileAt(target: string, shipped: string, policy: Policy): Promise<Checked<PriorsFile>> {
  try {
    const text = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return readFile(shipped, 'utf8');
    });
    const value: unknown = JSON.parse(text);
    const checked = parsePriors({ file: target, value }, POLICY_CHECKS.priors, policy);
    return checked.ok ? { ok: true, value: value as PriorsFile } : checked;
  } catch (error) {
    const reason = `cannot be read: ${(error as Error).message}`;
    return { ok: false, faults: [{ file: target, path: '$', reason }] };
  }
}

function refused(checked: Checked<unknown>, err: Output['err']): number {
  if (checked.ok) return 0;
  for (const fault of checked.faults) err(`${describeFault(fault)}\n`);
  return 2;
}

function metrics(value: string): FittedMetric[] {
  return value.split(',').map((word) => {
    const metric = FITTED_METRICS.find((known) => known === word.trim());
    if (metric === undefined) {
      throw new InvalidArgumentError(`"${word}" is not one of ${FITTED_METRICS.join(', ')}.`);
    }
    return metric;
  });
}

function strength(value: string): number {
  const number = Number(value);
  if (number >= 1 && number <= STRENGTH_MAX) return number;
  throw new InvalidArgumentError(`write a number from 1 to ${STRENGTH_MAX}.`);
}

type FitFlags = ConfigFlags & {
  readonly store?: string;
  readonly out?: string;
  readonly metric: readonly FittedMetric[];
  readonly maxStrength: number;
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
};

function fitCommand(): Command {
  const command = new Command('fit')
    .summary("fit rules/priors.json to a store's outcome log")
    .description(
      'Fit priors to the outcome log by empirical Bayes, and say which of them help. ' +
        'Opens a stopped store; the server must not run.',
    )
    .option('--store <folder>', "the store's folder; the configured one where absent")
    .option('--out <file>', "file to merge into; the policy folder's priors.json where absent")
    .option('--metric <names>', `of ${FITTED_METRICS.join(', ')}, comma-separated`, metrics, [
      ...FITTED_METRICS,
    ])
    .option(
      '--max-strength <outcomes>',
      'most outcomes that a prior is worth',
      strength,
      DEFAULT_MAX_STRENGTH,
    )
    .option('--tenant <name>', "only this tenant's outcomes")
    .option('--all-tenants', 'pool the outcomes of all tenants')
    .option('--replace', 'put fitted priors where the file has its own')
    .option('--dry-run', 'print, and write nothing');
  return withConfigOptions(command).action(async (flags: FitFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    const { store = config.value.store.path, metric, ...rest } = flags;
    const options = { ...rest, store, metrics: metric, rules: config.value.rules.path };
    process.exitCode = await runPriorsFit(options, {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    });
  });
}

/** `sextant priors`: what is believed before the first outcome. */
export function priorsCommand(): Command {
  return new Command('priors')
    .description('Priors of models, use cases and levels.')
    .addCommand(fitCommand());
}
