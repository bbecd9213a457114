import { Command, InvalidArgumentError, Option } from 'commander';
import {
  alwaysValidDetectable,
  daysToDetect,
  fixedDetectable,
  type PlanTerms,
} from '../../core/experiment/statistics/power.js';
import { EXPERIMENT_METRICS, type ExperimentMetric } from '../../core/experiment/definition.js';
import { ExperimentServiceClient } from '../../gen/sextant/v1/experiment.js';
import { experimentMetricEnum } from '../../service/encode/enums.js';
import { table } from '../demo/table.js';
import { shareOption } from './share-option.js';
import {
  calling,
  ConnectionError,
  withAnswerOptions,
  withClient,
  type AnswerFlags,
} from '../server-connection.js';
import { positiveNumber } from '../number-option.js';

interface PlanFlags extends AnswerFlags {
  readonly from?: string;
  readonly metric: ExperimentMetric;
  readonly mean?: number;
  readonly sd?: number;
  readonly unitsPerDay?: number;
  readonly control: number;
  readonly treatment: number;
  readonly lift?: number;
  readonly alpha: number;
  readonly power: number;
}

/** What is known of units before the start. */
interface Baseline {
  readonly mean: number;
  readonly unitSd: number;
  readonly unitsPerDay: number;
}

const DAYS = [1, 3, 7, 14, 28];
const MS_PER_DAY = 86_400_000;

/** `sextant experiments plan`: how much can be seen, and when. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description(
      'The least difference that an experiment sees, and the days until it does. Reads a baseline from an experiment on a running server, such as an A/A, or takes it from flags.',
    )
    .option('--from <id>', 'an experiment whose control arm is the baseline')
    .addOption(new Option('--metric <metric>').choices(EXPERIMENT_METRICS).default('quality'))
    .option('--mean <number>', 'mean of the metric', positiveNumber)
    .option('--sd <number>', 'standard deviation of one unit’s contribution', positiveNumber)
    .option('--units-per-day <number>', 'units that come a day', positiveNumber)
    .option('--control <share>', 'share of the units in control', shareOption, 0.5)
    .option('--treatment <share>', 'share of the units in the other arm', shareOption, 0.5)
    .option('--lift <share>', 'a lift that one wants to see, such as 2%', shareOption)
    .option('--alpha <number>', 'errors of the interval', chance, 0.05)
    .option('--power <number>', 'chance to see a difference that is there', chance, 0.8);
  return withAnswerOptions(command).action((flags: PlanFlags) =>
    calling(async () => {
      if (flags.control + flags.treatment > 1)
        throw new ConnectionError('--control and --treatment are shares of all units: together at most 100%');
      const baseline = flags.from === undefined ? given(flags) : await measured(flags.from, flags);
      const plan = planOf(baseline, flags);
      console.log(flags.json ? JSON.stringify(plan, undefined, 2) : planText(plan, flags));
    }),
  );
}

function chance(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('write a number above 0 and below 1.');
  return value;
}

function given({ mean, sd, unitsPerDay }: PlanFlags): Baseline {
  for (const [name, value] of Object.entries({ mean, sd, 'units-per-day': unitsPerDay }))
    if (value === undefined) throw new ConnectionError(`--${name} is required without --from`);
  return { mean: mean!, unitSd: sd!, unitsPerDay: unitsPerDay! };
}

/** Control's figures, and the units of all arms over the time that they came in. */
async function measured(id: string, flags: PlanFlags): Promise<Baseline> {
  const { experiment, result } = await withClient(ExperimentServiceClient, flags, (call) =>
    call('getExperimentResult', { id, history: false }),
  );
  const { metrics, firstOutcomeTime, latestOutcomeTime } = result!;
  const found = metrics.find((one) => experimentMetricEnum.decode(one.metric) === flags.metric);
  if (found === undefined) throw new ConnectionError(`${id} does not measure ${flags.metric}`);
  const control = experiment!.arms.find((arm) => arm.control)!;
  const { mean, unitSd } = found.arms.find(({ arm }) => arm === control.id)!;
  if (mean === undefined || unitSd === undefined)
    throw new ConnectionError(`${id} has too few units of ${control.id} for a baseline`);
  const ms = (time: typeof firstOutcomeTime): number =>
    Number(time?.seconds ?? 0n) * 1000 + (time?.nanos ?? 0) / 1e6;
  const days = Math.max((ms(latestOutcomeTime) - ms(firstOutcomeTime)) / MS_PER_DAY, 1 / 1440);
  const units = found.arms.reduce((sum, arm) => sum + Number(arm.units), 0);
  const share = experiment!.arms.reduce((sum, arm) => sum + arm.share, 0);
  return { mean, unitSd, unitsPerDay: flags.unitsPerDay ?? units / share / days };
}

interface Plan extends Baseline {
  readonly days: readonly {
    readonly days: number;
    readonly unitsPerArm: readonly [number, number];
    readonly fixedDetectable: number;
    readonly alwaysValidDetectable: number;
  }[];
  readonly wanted?: {
    readonly difference: number;
    readonly fixedDays: number;
    readonly alwaysValidDays: number;
  };
}

function planOf(baseline: Baseline, { control, treatment, alpha, power, lift }: PlanFlags): Plan {
  const { mean, unitSd, unitsPerDay } = baseline;
  const terms: PlanTerms = { unitSd, alpha, power, controlShare: control, armShare: treatment, unitsPerDay };
  return {
    ...baseline,
    days: DAYS.map((days) => {
      const units = [control * unitsPerDay * days, treatment * unitsPerDay * days] as const;
      const sized = { unitSd, alpha, power, unitsOfControl: units[0], unitsOfArm: units[1] };
      return {
        days,
        unitsPerArm: units,
        fixedDetectable: fixedDetectable(sized),
        alwaysValidDetectable: alwaysValidDetectable(sized),
      };
    }),
    ...(lift !== undefined && { wanted: { difference: lift * mean, ...daysToDetect(terms, lift * mean) } }),
  };
}

function planText(plan: Plan, { alpha, power, metric }: PlanFlags): string {
  const { mean, unitSd, unitsPerDay, days, wanted } = plan;
  const scale = metric === 'cost' ? 1e-9 : 1;
  const shown = (value: number): string =>
    `${(value * scale).toPrecision(3)} (${((100 * value) / mean).toFixed(1)} %)`;
  const rows = days.map((row) => [
    String(row.days),
    row.unitsPerArm.map((units) => Math.floor(units)).join(' : '),
    shown(row.fixedDetectable),
    shown(row.alwaysValidDetectable),
  ]);
  return [
    `${metric}: mean ${(mean * scale).toPrecision(4)}, standard deviation of a unit ${(unitSd * scale).toPrecision(3)}, ${unitsPerDay.toPrecision(3)} units a day`,
    `least difference that is seen with a chance of ${100 * power} %, α = ${alpha}:`,
    table(['days', 'units', 'one look', 'looking at any time'], rows),
    ...(wanted === undefined
      ? []
      : [
          `a difference of ${shown(wanted.difference)} takes ${wanted.fixedDays.toFixed(1)} days with one look, ${wanted.alwaysValidDays.toFixed(1)} looking at any time`,
        ]),
    'Units that come back count once: after the first days fewer new ones come than a day’s number says.',
  ].join('\n');
}
