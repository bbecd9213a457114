import { expect, test } from 'vitest';
import type { ServiceError } from '@grpc/grpc-js';
import { startServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect } from './clients.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const SOON = { timeout: 30_000, interval: 200 };

test('under overload reading is refused first, then Explain, then some Selects; reports, changes and health never', async () => {
  // Of so small a heap more is in use than this from the first moment on.
  const server = await startServer({
    nodeOptions: '--max-old-space-size=192',
    settings: { 'overload.heapPercent': '2' },
  });
  const sextant = connect(server.address);
  const { ticket } = await sextant.select(ask('x'));
  const refused = async (call: () => Promise<unknown>): Promise<string | undefined> =>
    call().then(
      () => undefined,
      async (error: unknown) => (await refusalOf(Promise.reject(error as ServiceError))).reason,
    );
  await expect.poll(() => refused(() => sextant.listPosteriors({})), SOON).toBe('OVERLOADED');
  await expect.poll(() => refused(() => sextant.explain({ request: ask('x') })), SOON).toBe('OVERLOADED');
  await expect.poll(() => refused(() => sextant.select(ask('x'))), SOON).toBe('OVERLOADED');
  const refusal = await refusalOf(sextant.listModels({}));
  expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED' });
  expect(refusal.retryAfter).toMatchObject({ seconds: 1n });
  // Nine in ten at most: some always get through.
  await expect.poll(() => refused(() => sextant.select(ask('x'))), SOON).toBeUndefined();
  expect((await sextant.report({ ticket, attempts: [wentWell()] })).recorded).toHaveLength(2);
  // It is read and found to name no version, which is all that is asked here.
  expect(await refused(() => sextant.rollBackPolicy({}))).toBe('INVALID_FIELD');
  expect(await refused(() => sextant.stopShadow({}))).not.toBe('OVERLOADED');
  await new Promise<void>((resolve, reject) => {
    sextant.health.check({ service: '' }, (error) => (error === null ? resolve() : reject(error)));
  });
  const metrics = await metricsOf(server);
  expect(metrics).toMatch(/^sextant_overload_level 3$/m);
  expect(metrics).toMatch(/^sextant_calls_refused_total\{reason="OVERLOADED"\} [1-9]/m);
  expect(server.logged('overloaded: calls are refused').length).toBeGreaterThanOrEqual(3);
  sextant.close();
});
