import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
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
import { amountOf, liveHeapMib, publish } from './figures.js';
import { inProcessServices } from './in-process-services.js';
import { mutated } from './mutate.js';

const CASES = amountOf('SEXTANT_HOSTILE_MESSAGES', 100_000);
const SEED = BigInt(process.env['SEXTANT_HOSTILE_SEED'] ?? 1);
/** Answers that are waited for at once. */
const AT_ONCE = 100;
const TICKETS_EVERY = 1_000;
/** A mutated name of a use case that is let through is a new one, with posteriors of its own. */
const GROWTH_MAX_BYTES_PER_REPORT = 4_096;

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
  const select = SelectRequest.fromPartial(question as never);
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
      CreateModelRequest.fromPartial({ model: { id: 'acme/new', provider: 'acme', tags: ['a'] } } as never),
    ),
    'PromptService/CreatePrompt': bytesOf(
      CreatePromptRequest,
      CreatePromptRequest.fromPartial({ prompt: { useCase: 'hostile', variant: 'v1' } } as never),
    ),
  };
}

it(
  `survives ${CASES} mutated requests: each is answered, none is INTERNAL, and only what was acknowledged counts`,
  { timeout: 3_600_000 },
  async () => {
    const environment = fixedEnvironment();
    const runtime = await openTestRuntime({
      policyFolder: policyFolder(SOUND),
      environment,
      journal: { maxQueue: 10_000, maxBatch: 500 },
      snapshotEveryOutcomes: 1_000_000,
    });
    const call = inProcessServices(runtime, environment);
    const rng = rngFromSeed(SEED);
    const tally = new Map<status, number>();
    let seeds: Readonly<Record<string, Buffer>> = {};
    let recorded = 0;
    let heapBefore = 0;
    for (let done = 0; done < CASES; done += AT_ONCE) {
      if (done % TICKETS_EVERY === 0) {
        environment.timeMs += 1_000;
        const plain = bytesOf(SelectRequest, SelectRequest.fromPartial(ask('hostile')));
        const { response } = await call('SelectionService/Select', plain);
        seeds = seedsWith(Buffer.from((response as SelectResponse).ticket));
      }
      const before = runtime.snapshot().learning.sequence;
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
        tally.set(code, (tally.get(code) ?? 0) + 1);
        if (code === status.INTERNAL || code === status.UNKNOWN)
          throw new Error(`${method} ${bytes.toString('hex')}: ${details}`);
        if (method.startsWith('OutcomeService/') && code === status.OK) acknowledged += recordedIn(response);
      }
      expect(runtime.snapshot().learning.sequence - before).toBe(acknowledged);
      recorded += acknowledged;
      // Compiled and cached what there is to.
      if (done < CASES / 4 && done + AT_ONCE >= CASES / 4) heapBefore = liveHeapMib();
    }
    const growthMib = liveHeapMib() - heapBefore;
    await runtime.close();
    const [ok, refused] = [tally.get(status.OK) ?? 0, CASES - (tally.get(status.OK) ?? 0)];
    publish('hostile-messages', {
      cases: CASES,
      ok,
      refused,
      recorded,
      heapGrowthMib: Number(growthMib.toFixed(1)),
    });
    // Both happened, else the mutations are too weak or too strong to find anything.
    expect(Math.min(ok, refused)).toBeGreaterThan(CASES / 20);
    expect(growthMib).toBeLessThan(8 + (recorded * GROWTH_MAX_BYTES_PER_REPORT) / 1024 ** 2);
  },
);

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
