import { Command, InvalidArgumentError } from 'commander';
import { FIT_TARGETS, type FitTarget } from '../core/complexity/fit/targets.js';
import { WORD_BUCKETS_MAX } from '../core/complexity/settings.js';
import { runComplexityFit } from './complexity/fit.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';

const DEFAULT_MARGIN = 0.1;

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function target(text: string): FitTarget {
  const known = FIT_TARGETS.find((name) => name === text);
  if (known === undefined) throw new InvalidArgumentError(`write one of ${FIT_TARGETS.join(', ')}.`);
  return known;
}

function margin(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('write a number from 0 to below 1.');
}

function buckets(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= WORD_BUCKETS_MAX) return value;
  throw new InvalidArgumentError(`write a whole number from 0 to ${WORD_BUCKETS_MAX}.`);
}

/** `MODEL`, or `SET=MODEL` once for each set. */
function weak(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  return new Map(before).set(text.slice(0, Math.max(0, at)), text.slice(at + 1));
}

type FitFlags = ConfigFlags & {
  readonly data: readonly string[];
  readonly store?: string;
  readonly target: FitTarget;
  readonly margin: number;
  readonly weak: ReadonlyMap<string, string>;
  readonly words: number;
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly models?: readonly string[];
  readonly out?: string;
  readonly replace?: boolean;
};

function fitCommand(): Command {
  const command = new Command('fit')
    .summary('fit rules/complexity.json to outcomes')
    .description(
      'Fit weights and thresholds to outcome data, or to the log of a stopped store (the server must not run), and ' +
        'say how well they tell what they were not fitted to.',
    )
    .option(
      '--data <folders>',
      "outcome sets, or folders of them, comma-separated; the store's log where absent",
      listed,
      [],
    )
    .option('--store <folder>', "the store's folder; the configured one where absent")
    .option(
      '--target <name>',
      'with --data: short (the weak model falls short of the best) or gain (what the strong one brings)',
      target,
      'short' as const,
    )
    .option(
      '--margin <quality>',
      'by how much the weak model has to fall short, with short',
      margin,
      DEFAULT_MARGIN,
    )
    .option(
      '--weak <[set=]model>',
      'the weak model; the cheapest where absent, or without costs the lowest in quality',
      weak,
      new Map(),
    )
    .option('--words <buckets>', 'with --data: also fit so many buckets of hashed words', buckets, 0)
    .option('--tenant <name>', "of a log: only this tenant's outcomes")
    .option('--all-tenants', 'of a log: pool the outcomes of all tenants')
    .option('--models <ids>', 'of a log: only the answers of these models, comma-separated', listed)
    .option('--out <file>', 'file to write; nothing is written where absent')
    .option('--replace', 'write even where the file exists');
  return withConfigOptions(command).action(async (flags: FitFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    const { store = config.value.store.path, ...rest } = flags;
    const options = { ...rest, store, rules: config.value.rules.path };
    process.exitCode = await runComplexityFit(options, {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    });
  });
}

/** `sextant complexity`: what makes a request hard. */
export function complexityCommand(): Command {
  return new Command('complexity')
    .description('Weights and thresholds of complexity.')
    .addCommand(fitCommand());
}
