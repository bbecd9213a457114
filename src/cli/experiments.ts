import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import {
  ExperimentServiceClient,
  RampExperimentRequest,
  StartExperimentRequest,
  type Experiment,
} from '../gen/sextant/v1/experiment.js';
import { experimentMetricEnum, experimentStatusEnum } from '../service/encode/enums.js';
import { experimentsDemoCommand } from './experiments/demo.js';
import { modelsCommand } from './experiments/models.js';
import { planCommand } from './experiments/plan.js';
import { listText, resultText } from './experiments/result-text.js';
import { shareOption } from './experiments/share-option.js';
import {
  calling,
  ConnectionError,
  withAnswerOptions,
  withClient,
  type AnswerFlags,
} from './server-connection.js';

interface ChangeFlags extends AnswerFlags {
  readonly reason: string;
}

/** `sextant experiments`: what runs, what it says, and how much is needed. */
export function experimentsCommand(): Command {
  return new Command('experiments')
    .description('Experiments: arms that are decided differently, and compared.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(startCommand())
    .addCommand(rampCommand())
    .addCommand(stopCommand())
    .addCommand(planCommand())
    .addCommand(modelsCommand())
    .addCommand(experimentsDemoCommand());
}

const change = (command: Command): Command =>
  withAnswerOptions(command.option('--reason <text>', 'for the audit log', ''));

/** Enums by their names, and what JSON has no number for as text. */
function forJson(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (key === 'status' && typeof value === 'number') return experimentStatusEnum.decode(value);
  return key === 'metric' && typeof value === 'number' ? experimentMetricEnum.decode(value) : value;
}

const print = (answer: object, text: () => string, { json }: AnswerFlags): void =>
  console.log(json ? JSON.stringify(answer, forJson, 2) : text());

function listCommand(): Command {
  const command = new Command('list').description(
    'Experiments of rules/experiments.json and those that were started. Calls a running server.',
  );
  return withAnswerOptions(command).action((flags: AnswerFlags) =>
    calling(async () => {
      const answer = await withClient(ExperimentServiceClient, flags, (call) =>
        call('listExperiments', { pageSize: 1_000, pageToken: '' }),
      );
      print(answer, () => listText(answer.experiments), flags);
    }),
  );
}

function showCommand(): Command {
  const command = new Command('show')
    .argument('<id>')
    .description('What can be said of an experiment now. Calls a running server.');
  return withAnswerOptions(command).action((id: string, flags: AnswerFlags) =>
    calling(async () => {
      const answer = await withClient(ExperimentServiceClient, flags, (call) =>
        call('getExperimentResult', { id, history: false }),
      );
      print(answer, () => resultText(answer), flags);
    }),
  );
}

interface StartFlags extends ChangeFlags {
  readonly file?: string;
}

function startCommand(): Command {
  const command = new Command('start')
    .argument('[id]', 'of one in rules/experiments.json')
    .option('--file <file>', 'one experiment as an entry of rules/experiments.json, instead')
    .description('Begins to draw units into arms. Calls a running server.');
  return change(command).action((id: string | undefined, flags: StartFlags) =>
    calling(async () => {
      if ((id === undefined) === (flags.file === undefined))
        throw new ConnectionError('give either the id of an experiment or --file');
      const request = StartExperimentRequest.fromPartial({
        reason: flags.reason,
        experiment:
          id === undefined
            ? { $case: 'definition', value: readDefinition(flags.file!) }
            : { $case: 'id', value: id },
      });
      const { experiment } = await withClient(ExperimentServiceClient, flags, (call) =>
        call('startExperiment', request),
      );
      print(experiment!, () => `${experiment!.id} runs: ${sharesText(experiment!)}`, flags);
    }),
  );
}

function readDefinition(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new ConnectionError(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
}

interface RampFlags extends ChangeFlags {
  readonly to?: number;
  readonly arm?: Readonly<Record<string, number>>;
}

function rampCommand(): Command {
  const command = new Command('ramp')
    .argument('<id>')
    .option('--to <share>', 'this share of every arm, such as 50%', shareOption)
    .option('--arm <id=share...>', 'shares of the slice by arm, such as treatment=25%', armShare, {})
    .description('Lets more units in; none that is in moves. Calls a running server.');
  return change(command).action((id: string, flags: RampFlags) =>
    calling(async () => {
      const shares = flags.arm ?? {};
      if ((flags.to === undefined) === (Object.keys(shares).length === 0))
        throw new ConnectionError('give either --to or --arm');
      const request = RampExperimentRequest.fromPartial({
        id,
        reason: flags.reason,
        target:
          flags.to === undefined
            ? { $case: 'shares', value: { shares: { ...shares } } }
            : { $case: 'ramp', value: flags.to },
      });
      const { experiment } = await withClient(ExperimentServiceClient, flags, (call) =>
        call('rampExperiment', request),
      );
      print(experiment!, () => `${id}: ${sharesText(experiment!)}`, flags);
    }),
  );
}

function armShare(text: string, before: Record<string, number>): Record<string, number> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('must be ID=SHARE.');
  return { ...before, [text.slice(0, at)]: shareOption(text.slice(at + 1)) };
}

interface StopFlags extends ChangeFlags {
  readonly arm?: string;
}

function stopCommand(): Command {
  const command = new Command('stop')
    .argument('<id>')
    .option('--arm <id>', 'only this arm')
    .description('Ends an experiment, or one arm of it; its result stays. Calls a running server.');
  return change(command).action((id: string, flags: StopFlags) =>
    calling(async () => {
      const { arm = '', reason } = flags;
      const { experiment } = await withClient(ExperimentServiceClient, flags, (call) =>
        call('stopExperiment', { id, arm, reason }),
      );
      const what = arm === '' ? id : `arm ${arm} of ${id}`;
      print(experiment!, () => `${what} is stopped`, flags);
    }),
  );
}

const sharesText = ({ arms }: Experiment): string =>
  arms.map(({ id, share }) => `${id} ${(100 * share).toFixed(1)} %`).join(', ');
