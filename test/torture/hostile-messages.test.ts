import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { ReportBatchRequest, ReportRequest } from '../../src/gen/sextant/v1/outcome.js';
import { CreateModelRequest } from '../../src/gen/sextant/v1/registry.js';
import {
  EstimateCostRequest,
  ExplainRequest,
  SelectBatchRequest,
  SelectRequest,
  type SelectResponse,
} from '../../src/gen/sextant/v1/selection.js';
import { ListPosteriorsRequest } from '../../src/gen/sextant/v1/insight.js';
import { CreatePromptRequest } from '../../src/gen/sextant/v1/prompt.js';
import { fixedEnvironment, openTestRuntime } from '../builders/runtime.js';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { ask, wentWell } from '../e2e/samples.js';
import { liveHeapMib } from './figures.js';
import { inProcessServices } from './in-process-services.js';
import { mutated } from './mutate.js';
import { TortureRun } from './torture-run.js';

const CASES = 50_000;
const run = new TortureRun({ name: 'hostile-messages', short: 2, full: 200 });
/** Answers that are waited for at once. */
const AT_ONCE = 100;
const TICKETS_EVERY = 1_000;
const HEAP_GROWTH_MAX_MIB = 16;

/** How often each method is called, of a hundred. */
const SHARES: Readonly<Record<string, number>> = {
  'SelectionService/Select': 36,
  'OutcomeService/Report': 36,
  'SelectionService/SelectBatch': 4,
  'OutcomeService/ReportBatch': 8,
  'SelectionService/Explain': 4,
  'SelectionService/EstimateCost': 4,
  'InsightService/ListPosteriors': 2,
  'RegistryService/CreateModel': 4,
  'PromptService/CreatePrompt': 2,
};
const METHODS = Object.entries(SHARES).flatMap(([method, share]) =>
  Array.from({ length: share }, () => method),
);

const question = {
  ...ask('hostile', 'Zürich 你好 — what is 2 + 2?'),
  requirements: { allOf: ['streaming'] },
  preferences: { quality: 7, cost: 3, latency: 1 },
  attributes: { residency: 'eu', plan: 'free' },
  maxFallbacks: 2,
};

const bytesOf = <T>(type: { encode(message: T): { finish(): Uint8Array } }, message: T): Buffer =>
  Buffer.from(type.encode(message).finish());

/** Valid requests to begin from. */
function seedsWith(ticket: Buffer): Readonly<Record<string, Buffer>> {
  const select = SelectRequest.fromPartial(question);
  const report = ReportRequest.fromPartial({ ticket, attempts: [wentWell()] });
  return {
    'SelectionService/Select': bytesOf(SelectRequest, select),
    'SelectionService/SelectBatch': bytesOf(
      SelectBatchRequest,
      SelectBatchRequest.fromPartial({ items: [{ id: 'a', request: select }] }),
    ),
    'SelectionService/Explain': bytesOf(ExplainRequest, ExplainRequest.fromPartial({ request: select })),
    'SelectionService/EstimateCost': bytesOf(
      EstimateCostRequest,
      EstimateCostRequest.fromPartial({ useCase: 'hostile', input: select.input! }),
    ),
    'OutcomeService/Report': bytesOf(ReportRequest, report),
    'OutcomeService/ReportBatch': bytesOf(
      ReportBatchRequest,
      ReportBatchRequest.fromPartial({ items: [{ id: 'a', report }] }),
    ),
    'InsightService/ListPosteriors': bytesOf(
      ListPosteriorsRequest,
      ListPosteriorsRequest.fromPartial({ useCase: 'hostile', pageSize: 10 }),
    ),
    'RegistryService/CreateModel': bytesOf(
      CreateModelRequest,
      CreateModelRequest.fromPartial({ model: { id: 'acme/new', provider: 'acme', tags: ['a'] } }),
    ),
    'PromptService/CreatePrompt': bytesOf(
      CreatePromptRequest,
      CreatePromptRequest.fromPartial({ prompt: { useCase: 'hostile', variant: 'v1' } } as never),
    ),
  };
}

test(
  `${CASES} mutated requests are answered, none with INTERNAL, and only what was acknowledged counts, ${run.rounds}`,
  async () => {
    let heapAfterFirst: number | undefined;
    for (const round of run.left()) {
      run.add(await hostileRound(BigInt(round)));
      const heap = liveHeapMib();
      // The first compiled and cached what there is to.
      heapAfterFirst ??= heap;
      run.largest('heapGrowthMib', heap - heapAfterFirst);
    }
    expect(run.figure('heapGrowthMib')).toBeLessThan(HEAP_GROWTH_MAX_MIB);
    // Both happened, else the mutations are too weak or too strong to find anything.
    expect(Math.min(run.figure('ok'), run.figure('refused'))).toBeGreaterThan(run.figure('cases') / 20);
  },
  run.timeoutMs,
);

async function hostileRound(seed: bigint): Promise<Record<string, number>> {
  const environment = fixedEnvironment();
  const runtime = await openTestRuntime({
    policyFolder: policyFolder(SOUND),
    environment,
    journal: { maxQueue: 10_000, maxBatch: 500 },
    snapshotEveryOutcomes: 1_000_000,
  });
  const call = inProcessServices(runtime, environment);
  const rng = rngFromSeed(seed);
  const position = (): number => runtime.snapshot().learning.sequence;
  let seeds: Readonly<Record<string, Buffer>> = {};
  let ok = 0;
  for (let done = 0; done < CASES; done += AT_ONCE) {
    if (done % TICKETS_EVERY === 0) {
      environment.timeMs += 1_000;
      const plain = bytesOf(SelectRequest, SelectRequest.fromPartial(ask('hostile')));
      const { response } = await call('SelectionService/Select', plain);
      seeds = seedsWith(Buffer.from((response as SelectResponse).ticket));
    }
    const before = position();
    const all = Object.values(seeds);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => {
        const method = METHODS[Math.floor(rng() * METHODS.length)]!;
        const other = all[Math.floor(rng() * all.length)]!;
        const bytes = mutated(seeds[method]!, other, rng);
        return call(method, bytes).then((answer) => ({ method, bytes, ...answer }));
      }),
    );
    let acknowledged = 0;
    for (const { method, bytes, code, response, details } of answers) {
      if (code === status.INTERNAL || code === status.UNKNOWN)
        throw new Error(`seed ${seed}, ${method} ${bytes.toString('hex')}: ${details}`);
      if (code === status.OK) ok += 1;
      if (method.startsWith('OutcomeService/') && code === status.OK) acknowledged += recordedIn(response);
    }
    expect(position() - before).toBe(acknowledged);
  }
  const recorded = position();
  await runtime.close();
  return { cases: CASES, ok, refused: CASES - ok, recorded };
}

interface Receipt {
  readonly recorded: readonly { readonly duplicate: boolean }[];
}
interface BatchReceipt {
  readonly results: readonly {
    readonly outcome?: { readonly $case: string; readonly value: unknown };
  }[];
}

const recordedIn = (response: unknown): number =>
  'results' in (response as object)
    ? (response as BatchReceipt).results.reduce(
        (sum, { outcome }) => sum + (outcome?.$case === 'response' ? newIn(outcome.value as Receipt) : 0),
        0,
      )
    : newIn(response as Receipt);

const newIn = ({ recorded }: Receipt): number => recorded.filter(({ duplicate }) => !duplicate).length;
