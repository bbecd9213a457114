import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { Command, Option } from 'commander';
import { NANO_USD_PER_USD } from '../../core/money.js';
import { rngFromSeed, type Rng } from '../../core/random.js';
import {
  ExperimentServiceClient,
  StartExperimentRequest,
  type GetExperimentResultResponse,
  type StopExperimentRequest,
} from '../../gen/sextant/v1/experiment.js';
import { OutcomeStatus, ReportRequest } from '../../gen/sextant/v1/outcome.js';
import { RequestInput } from '../../gen/sextant/v1/request.js';
import { SelectRequest } from '../../gen/sextant/v1/selection.js';
import { writeDemoPolicy } from '../demo/demo-policy.js';
import { loadReplayData, type ReplayData } from '../demo/replay-data.js';
import { connectSextant, type SextantClient } from '../demo/sextant-client.js';
import { startServerProcess } from '../demo/server-process.js';
import { resultText } from './result-text.js';

interface DemoFlags {
  readonly out: string;
  readonly seed: string;
  readonly users: string;
}

const USE_CASE = 'demo';
const CONTROL_USD = 3e-4;
const TREATMENT_USD = 6e-4;
const REQUESTS_PER_USER = 3;
/** Requests before any experiment, so that beliefs are settled as in production. */
const WARM_UP_USERS = 150;

const METRICS = [{ metric: 'quality' }, { metric: 'cost' }];
const EXPERIMENTS = [
  {
    id: 'aa',
    description: 'Are arms alike that are alike?',
    unit: 'attribute:user',
    slice: { from: 0, to: 0.5 },
    useCases: [USE_CASE],
    arms: ['a', 'b'].map((id) => ({ id, weight: 0.5 })),
    metrics: METRICS,
    minimumUnits: 50,
  },
  {
    id: 'twice-the-budget',
    description: 'Is quality worth twice the budget?',
    unit: 'attribute:user',
    slice: { from: 0.5, to: 1 },
    useCases: [USE_CASE],
    arms: [
      { id: 'control', weight: 0.5 },
      { id: 'twice', weight: 0.5, budgets: { demo: { averageUsdPerRequest: TREATMENT_USD } } },
    ],
    metrics: METRICS,
    guardrails: [{ metric: 'quality', worseBy: 0.05 }],
    minimumUnits: 50,
  },
];

/** `sextant experiments demo`: from a question to its answer, on the demo's data and a server of its own. */
export function experimentsDemoCommand(): Command {
  return new Command('demo')
    .description(
      'An A/A and an A/B experiment on the outcomes of the demo, through a server of its own. Needs no running server.',
    )
    .addOption(new Option('--users <n>', 'users of each experiment').default('1000'))
    .addOption(new Option('--seed <n>', 'seed of users and prompts').default('1'))
    .option('--out <folder>', 'where the store and the policy go', 'demo-out')
    .action(run);
}

async function run({ out, seed, users }: DemoFlags): Promise<void> {
  const data = loadReplayData(Number(seed));
  const rng = rngFromSeed(BigInt(seed));
  const [storePath, policyFolder] = [join(out, 'experiment-store'), join(out, 'experiment-policy')];
  rmSync(storePath, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeDemoPolicy(policyFolder, {
    models: data.models,
    budgetUsdPerRequest: CONTROL_USD,
    useCase: USE_CASE,
  });
  writeFileSync(
    join(policyFolder, 'experiments.json'),
    `${JSON.stringify({ experiments: EXPERIMENTS }, null, 2)}\n`,
  );
  const server = await startServerProcess(storePath, policyFolder);
  const client = connectSextant(server.address);
  const experiments = new ExperimentServiceClient(server.address, credentials.createInsecure());
  try {
    console.log(`${data.prompts.length} prompts × ${data.models.length} models: ${data.name}\n`);
    await traffic(client, data, rng, { from: 0, users: WARM_UP_USERS });
    for (const [i, { id }] of EXPERIMENTS.entries()) {
      await start(experiments, id);
      const from = WARM_UP_USERS + i * 2 * Number(users);
      // Half of the users are in the experiment's slice of the layer.
      await traffic(client, data, rng, { from, users: 2 * Number(users) });
      console.log(`${resultText(await stopped(experiments, id))}\n`);
    }
    console.log(`the server's folders: --store.path ${storePath} --rules.path ${policyFolder}`);
  } finally {
    client.close();
    experiments.close();
    await server.stop();
  }
}

const start = (client: ExperimentServiceClient, id: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = StartExperimentRequest.fromPartial({ experiment: { $case: 'id', value: id } });
    client.startExperiment(request, (error) => (error === null ? resolve() : reject(error)));
  });

/** Stops it, and gives what it found. */
function stopped(client: ExperimentServiceClient, id: string): Promise<GetExperimentResultResponse> {
  const request: StopExperimentRequest = { id, arm: '', reason: 'the demo is over' };
  return new Promise((resolve, reject) => {
    client.stopExperiment(request, (error) => {
      if (error !== null) return reject(error);
      client.getExperimentResult({ id, history: false }, (failure, answer) =>
        failure === null ? resolve(answer) : reject(failure),
      );
    });
  });
}

/** Users who ask some prompts each, drawn with replacement. */
async function traffic(
  client: SextantClient,
  { prompts }: ReplayData,
  rng: Rng,
  { from, users }: { readonly from: number; readonly users: number },
): Promise<void> {
  for (let user = from; user < from + users; user++) {
    for (let i = 0; i < REQUESTS_PER_USER; i++) {
      const prompt = prompts[Math.floor(rng() * prompts.length)]!;
      const input = RequestInput.fromPartial({ content: { $case: 'text', value: prompt.text } });
      const attributes = { user: `user-${user}` };
      const { ticket, choice } = await client.select(
        SelectRequest.fromPartial({ useCase: USE_CASE, input, attributes, maxFallbacks: 0 }),
      );
      const { quality, costUsd } = prompt.outcomes.get(choice!.model)!;
      const costNanoUsd = BigInt(Math.round(costUsd * NANO_USD_PER_USD));
      const attempt = {
        attempt: 0,
        status: OutcomeStatus.SUCCESS,
        quality,
        qualitySource: 'replay',
        costNanoUsd,
      };
      await client.report(ReportRequest.fromPartial({ ticket, attempts: [attempt] }));
    }
  }
}
