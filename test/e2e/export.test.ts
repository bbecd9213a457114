import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { beforeAll, expect, test } from 'vitest';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { runSextant, startServer } from './built-server.js';
import { connect } from './clients.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const REQUESTS = 60;
const folder = newFolder();
const storePath = join(folder, 'store');
const PYTHON = join(PROJECT_ROOT, 'build/python/bin/python');

type Table = readonly Record<string, unknown>[];

async function parquet(file: string): Promise<{ rows: Table; metadata: Record<string, string> }> {
  const buffer = await asyncBufferFromFile(file);
  const { key_value_metadata: pairs } = await parquetMetadataAsync(buffer);
  const metadata = Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value ?? '']));
  return { rows: (await parquetReadObjects({ file: buffer })) as Table, metadata };
}

const ndjson = (file: string): Table =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const exported = (out: string, ...more: string[]) =>
  runSextant(['export', '--store', storePath, '--out', join(folder, out), ...more]);

beforeAll(async () => {
  const server = await startServer({ storePath, rulesPath: policyFolder(SOUND) });
  const sextant = connect(server.address);
  for (let i = 0; i < REQUESTS; i++) {
    const { ticket } = await sextant.select(ask(i % 3 === 0 ? 'third' : 'chat', `Question ${i}?`));
    // Every fifth is never reported on; every fourth fails first.
    if (i % 5 === 4) continue;
    const failed = { attempt: 0, status: OutcomeStatus.SERVER_ERROR, latency: { seconds: 1n, nanos: 0 } };
    const attempts =
      i % 4 === 0 ? [failed, { ...wentWell({ quality: 0.25 }), attempt: 1 }] : [wentWell({ quality: 0.75 })];
    await sextant.report({ ticket, attempts });
  }
  sextant.close();
  await server.stop();
}, 300_000);

test('decisions have what off-policy estimators take, and null where nothing was reported', async () => {
  const { code, stdout } = await exported('parquet');
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${REQUESTS} decisions`)]);
  const { rows, metadata } = await parquet(join(folder, 'parquet/decisions.parquet'));
  expect(rows).toHaveLength(REQUESTS);
  const actions = JSON.parse(metadata['actions']!) as string[];
  expect(metadata).toMatchObject({ n_rounds: String(REQUESTS), n_actions: String(actions.length) });
  expect([...actions].sort()).toEqual([...SOUND].sort());
  for (const row of rows) {
    const action = row['action'] as number;
    const dist = row['logging_dist'] as number[];
    expect(dist[action]).toBe(row['pscore']);
    expect(dist.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(actions[action]).toBe(row['model']);
    expect((row['context'] as number[])[0]).toBe(1);
    expect(row['time']).toBeInstanceOf(Date);
  }
  const rewards = rows.map((row) => row['reward']);
  const judged = Array.from({ length: REQUESTS }, (_, i) => i % 5 !== 4 && i % 4 !== 0);
  expect(rewards.filter((reward) => reward === 0.75)).toHaveLength(judged.filter(Boolean).length);
  // A fallback's quality is not the first attempt's.
  expect(rewards.every((reward) => reward === 0.75 || reward === null)).toBe(true);
  expect(rows.some((row) => row['status'] === 'server_error')).toBe(true);
});

test('outcomes are there one by one, fallbacks without a probability', async () => {
  const { rows } = await parquet(join(folder, 'parquet/outcomes.parquet'));
  expect(rows.map((row) => Number(row['sequence']))).toEqual(rows.map((_, i) => i));
  for (const row of rows) expect(row['pscore'] === null).toBe(row['attempt'] !== 0);
  expect(rows.filter((row) => row['metric'] === 'quality' && row['attempt'] === 1).length).toBeGreaterThan(0);
});

test('NDJSON says the same, and a filter leaves out the rest', async () => {
  expect((await exported('ndjson', '--format', 'ndjson', '--use-case', 'third')).code).toBe(0);
  const lines = ndjson(join(folder, 'ndjson/decisions.ndjson'));
  expect(lines).toHaveLength(REQUESTS / 3);
  const { rows } = await parquet(join(folder, 'parquet/decisions.parquet'));
  const byId = new Map(rows.map((row) => [row['decision_id'], row]));
  for (const line of lines) {
    const { time, state_sequence: sequence, input_tokens: tokens, ...rest } = byId.get(line['decision_id'])!;
    expect(line).toEqual({
      ...rest,
      time: (time as Date).toISOString(),
      state_sequence: Number(sequence),
      input_tokens: Number(tokens),
    });
  }
  for (const { use_case: useCase } of ndjson(join(folder, 'ndjson/outcomes.ndjson')))
    expect(useCase).toBe('third');
  const feedback = JSON.parse(readFileSync(join(folder, 'ndjson/feedback.json'), 'utf8')) as object;
  expect(feedback).toMatchObject({ n_rounds: REQUESTS / 3, n_actions: SOUND.length });
});

test('what is there already is not written over, and a store that is none is named', async () => {
  expect(await exported('parquet')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('decisions.parquet is there already') as string,
  });
  const { code, stderr } = await runSextant(['export', '--store', join(folder, 'none'), '--out', folder]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^STORE_/);
});

test.skipIf(!existsSync(PYTHON))('DuckDB and pandas read the tables as they are', () => {
  // make build/python/.stamp makes the environment.
  const script = `
import sys, duckdb, pandas as pd
path = sys.argv[1]
n, judged, total = duckdb.sql(f"select count(*), count(reward), sum(list_sum(logging_dist)) from '{path}'").fetchone()
frame = pd.read_parquet(path)
known = frame[frame.reward.notna()]
print(n, judged, round(total, 9), len(frame), len(known), frame.action.dtype, frame.time.dtype, known.context.map(len).nunique())
`;
  const file = join(folder, 'parquet/decisions.parquet');
  const said = execFileSync(PYTHON, ['-c', script, file], { encoding: 'utf8' }).trim();
  const judged = Array.from({ length: REQUESTS }, (_, i) => i).filter(
    (i) => i % 5 !== 4 && i % 4 !== 0,
  ).length;
  expect(said).toBe(`${REQUESTS} ${judged} ${REQUESTS}.0 ${REQUESTS} ${judged} int32 datetime64[ms, UTC] 1`);
});
