import { RequestInput } from '../../gen/sextant/v1/request.js';
import { OutcomeStatus, ReportRequest } from '../../gen/sextant/v1/outcome.js';
import { SelectRequest, type SelectResponse } from '../../gen/sextant/v1/selection.js';
import type { ListPosteriorsResponse } from '../../gen/sextant/v1/insight.js';
import { rngFromSeed } from '../../core/random.js';
import { NANO_USD_PER_USD } from '../../core/money.js';
import { durationFromMs } from '../../service/encode/time.js';
import type { Choice } from './baselines.js';
import type { ReplayData, ReplayPrompt } from './replay-data.js';
import { connectSextant, type SextantClient } from './sextant-client.js';
import { startServerProcess } from './server-process.js';

export interface RunOptions {
  readonly storePath: string;
  readonly policyFolder: string;
  readonly useCase: string;
  readonly seed: number;
  readonly onStep: (done: number) => void;
}

/** An expected cost: mean, median, and the ends of the 80 % interval. In USD. */
export interface EstimateUsd {
  readonly mean: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One pass over all prompts. */
export interface RunResult {
  readonly choices: readonly Choice[];
  /** What Select expected each choice to cost. */
  readonly estimates: readonly EstimateUsd[];
  readonly posteriors: ListPosteriorsResponse;
  /** Reports acknowledged before the kill, and reports that the restarted server knew. */
  readonly acknowledgedBeforeKill: number;
  readonly foundAfterRestart: number;
  readonly secondsPerRequest: number;
}

/** Each report brings one execution and one quality. */
const OUTCOMES_PER_REPORT = 2;

/** A permutation that belongs to a seed (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rng = rngFromSeed(BigInt(seed));
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Streams every prompt through Select and its outcome through Report; kills the server half-way. */
export async function runDemo(data: ReplayData, options: RunOptions): Promise<RunResult> {
  const { storePath, policyFolder, useCase, seed, onStep } = options;
  const order = shuffled(data.prompts, seed);
  const half = Math.floor(order.length / 2);
  const choices: Choice[] = [];
  const estimates: EstimateUsd[] = [];
  const startedAt = process.hrtime.bigint();

  let server = await startServerProcess(storePath, policyFolder);
  let client = connectSextant(server.address);
  let foundAfterRestart = 0;
  try {
    for (const [i, prompt] of order.entries()) {
      if (i === half) {
        client.close();
        await server.kill();
        server = await startServerProcess(storePath, policyFolder);
        client = connectSextant(server.address);
        const { stateSequence } = await client.posteriors(useCase);
        foundAfterRestart = Number(stateSequence) / OUTCOMES_PER_REPORT;
      }
      const decision = await step(client, prompt, useCase);
      choices.push({ prompt, model: decision.choice!.model });
      estimates.push(estimateOf(decision));
      onStep(i + 1);
    }
    const posteriors = await client.posteriors(useCase);
    const secondsPerRequest = Number(process.hrtime.bigint() - startedAt) / 1e9 / order.length;
    return {
      choices,
      estimates,
      posteriors,
      acknowledgedBeforeKill: half,
      foundAfterRestart,
      secondsPerRequest,
    };
  } finally {
    client.close();
    await server.stop();
  }
}

function estimateOf({ choice }: SelectResponse): EstimateUsd {
  const usd = (nanoUsd = 0n): number => Number(nanoUsd) / NANO_USD_PER_USD;
  const { meanNanoUsd, medianNanoUsd, lowNanoUsd, highNanoUsd } = choice!.cost ?? {};
  return { mean: usd(meanNanoUsd), median: usd(medianNanoUsd), low: usd(lowNanoUsd), high: usd(highNanoUsd) };
}

async function step(client: SextantClient, prompt: ReplayPrompt, useCase: string): Promise<SelectResponse> {
  const input = RequestInput.fromPartial({ content: { $case: 'text', value: prompt.text } });
  const decision = await client.select(SelectRequest.fromPartial({ useCase, input, maxFallbacks: 0 }));
  const { quality, costUsd, latencyMs } = prompt.outcomes.get(decision.choice!.model)!;
  await client.report(
    ReportRequest.fromPartial({
      ticket: decision.ticket,
      attempts: [
        {
          attempt: 0,
          status: OutcomeStatus.SUCCESS,
          quality,
          qualitySource: 'replay',
          costNanoUsd: BigInt(Math.round(costUsd * NANO_USD_PER_USD)),
          ...(latencyMs !== undefined && { latency: durationFromMs(latencyMs) }),
        },
      ],
    }),
  );
  return decision;
}
