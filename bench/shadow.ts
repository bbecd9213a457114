import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { startServerProcess } from '../src/cli/demo/server-process.js';
import { table } from '../src/cli/demo/table.js';
import { readPolicyFolder } from '../src/config/read-policy-folder.js';
import {
  PolicyServiceClient,
  ShadowPhase,
  StartShadowRequest,
  type GetShadowRequest,
  type GetShadowResponse,
  type StopShadowRequest,
} from '../src/gen/sextant/v1/policy.js';
import { called, quantile, SteadySelects } from './load/steady-selects.js';
import { projectRoot } from './quality/project-root.js';

const WINDOW_SECONDS = 4;
/** Windows with and without, in turns, so that both see the same machine. */
const WINDOW_PAIRS = 12;
const WARM_UP_SECONDS = 5;

const root = projectRoot();
const storePath = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
const rules = join(root, 'rules');
const server = await startServerProcess(storePath, rules, join(root, 'dist/cli/sextant.js'));
const selects = new SteadySelects(server.address);
const policies = new PolicyServiceClient(server.address, credentials.createInsecure());
const { sources } = await readPolicyFolder(rules);
const candidate = StartShadowRequest.fromPartial({
  files: sources.map(({ file, bytes }) => ({ file, content: Buffer.from(bytes) })),
});

const took = async (seconds: number): Promise<number[]> =>
  (await selects.ask(seconds)).map(({ tookMs }) => tookMs);

const getShadow = () =>
  called<GetShadowRequest, GetShadowResponse>((request, done) => policies.getShadow(request, done), {});

async function startShadow(): Promise<void> {
  await called((request: StartShadowRequest, done) => policies.startShadow(request, done), candidate);
  while ((await getShadow()).shadow?.phase !== ShadowPhase.LIVE) await sleep(50);
}

const without: number[] = [];
const beside: number[] = [];
let skipped = 0n;
let compared = 0n;
try {
  await selects.ask(WARM_UP_SECONDS);
  for (let i = 0; i < WINDOW_PAIRS; i++) {
    without.push(...(await took(WINDOW_SECONDS)));
    await startShadow();
    beside.push(...(await took(WINDOW_SECONDS)));
    const answer = await getShadow();
    skipped += answer.shadow!.skippedRequests;
    compared += answer.useCases.reduce((sum, { requests }) => sum + requests, 0n);
    await called((request: StopShadowRequest, done) => policies.stopShadow(request, done), { reason: '' });
  }
} finally {
  selects.close();
  policies.close();
  await server.stop();
  rmSync(storePath, { recursive: true, force: true });
}

const figures: Record<string, number> = { compared: Number(compared), skipped: Number(skipped) };
const rows = [0.5, 0.9, 0.99].map((q) => {
  const [a, b] = [quantile(without, q), quantile(beside, q)];
  const name = `p${100 * q}`;
  figures[`${name}_without_ms`] = a;
  figures[`${name}_beside_ms`] = b;
  figures[`${name}_ratio`] = b / a;
  return [name, a.toFixed(3), b.toFixed(3), (b / a).toFixed(3)];
});
console.log(
  `${without.length} Selects without a shadow and ${beside.length} beside one, ${selects.perSecond} a second; ${compared} compared, ${skipped} skipped\n`,
);
console.log(table(['Select, ms at the caller', 'without', 'beside', 'ratio'], rows));
const out = join(root, 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'shadow.json'), `${JSON.stringify(figures, null, 2)}\n`);
