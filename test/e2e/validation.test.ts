import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Modality } from '../../src/gen/sextant/v1/model.js';
import type { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { Role, type TaskType } from '../../src/gen/sextant/v1/request.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

let server: BuiltServer;
let sextant: Sextant;
let raw: Client;

beforeAll(async () => {
  server = await startServer();
  sextant = connect(server.address);
  raw = new Client(server.address, credentials.createInsecure());
});

afterAll(() => {
  sextant.close();
  raw.close();
});

afterEach(async () => {
  // Whatever was sent, the server serves the next caller and logs no error of its own.
  expect((await sextant.select(ask('afterwards'))).choice?.model).toBeTruthy();
  expect(server.logs.filter(({ level }) => level >= 50)).toEqual([]);
});

const identity = (bytes: Buffer): Buffer => bytes;

/** Sends bytes as they are, as a client of another contract might. */
function send(path: string, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 10_000;
    raw.makeUnaryRequest(
      path,
      identity,
      identity,
      bytes,
      { deadline },
      (error: ServiceError | null, answer) => (error ? reject(error) : resolve(answer!)),
    );
  });
}

const METHODS = [
  '/sextant.v1.SelectionService/Select',
  '/sextant.v1.SelectionService/SelectBatch',
  '/sextant.v1.SelectionService/Explain',
  '/sextant.v1.SelectionService/EstimateCost',
  '/sextant.v1.OutcomeService/Report',
  '/sextant.v1.OutcomeService/ReportBatch',
  '/sextant.v1.RegistryService/CreateModel',
  '/sextant.v1.PolicyService/ActivatePolicyVersion',
  '/sextant.v1.PolicyService/ValidatePolicy',
  '/sextant.v1.AuditService/ListAuditEntries',
  '/sextant.v1.InsightService/ListPosteriors',
];

describe('bytes that are no message of the contract', () => {
  test.each(METHODS)('%s refuses them as MALFORMED_REQUEST', async (path) => {
    // Field 1, length-delimited, longer than what follows; then a wire type that does not exist.
    for (const bytes of [
      [0x0a, 0x7f, 0x61],
      [0x0f],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ]) {
      expect(await refusalOf(send(path, Buffer.from(bytes)))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'MALFORMED_REQUEST',
      });
    }
  });

  test('an empty message is a request without its required fields, each named', async () => {
    const refusal = await refusalOf(send(METHODS[0]!, Buffer.alloc(0)));
    expect(refusal).toMatchObject({ reason: 'INVALID_FIELD', fields: ['use_case', 'input'] });
  });

  test('a method that does not exist is UNIMPLEMENTED', async () => {
    const refusal = await refusalOf(send('/sextant.v1.SelectionService/Guess', Buffer.alloc(0)));
    expect(refusal.code).toBe('UNIMPLEMENTED');
  });
});

describe('requests that are too large', () => {
  test('a Select above 256 KiB is RESOURCE_EXHAUSTED, with the limit in the message', async () => {
    const refusal = await refusalOf(sextant.select(ask('large', 'x'.repeat(256 * 1024))));
    expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'REQUEST_TOO_LARGE' });
    expect(refusal.message).toContain(String(256 * 1024));
  });

  test('a Report above 256 KiB is RESOURCE_EXHAUSTED', async () => {
    const refusal = await refusalOf(sextant.report({ ticket: Buffer.alloc(300_000) }));
    expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'REQUEST_TOO_LARGE' });
  });

  test('a message above 4 MiB is RESOURCE_EXHAUSTED', async () => {
    const refusal = await refusalOf(sextant.selectBatch({ items: [{ id: 'x'.repeat(5 * 1024 * 1024) }] }));
    expect(refusal.code).toBe('RESOURCE_EXHAUSTED');
  });

  test('a text over 200,000 characters is refused at its field, with the way out', async () => {
    const refusal = await refusalOf(sextant.select(ask('large', 'x'.repeat(200_001))));
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['input.text'] });
    expect(refusal.message).toContain('send features instead of text');
  });

  test('a conversation is measured as a whole', async () => {
    const messages = [1, 2, 3].map(() => ({ role: Role.USER, text: 'x'.repeat(70_000) }));
    const input = { content: { $case: 'chat' as const, value: { messages } } };
    expect(await refusalOf(sextant.select({ useCase: 'large', input }))).toMatchObject({
      fields: ['input.chat.messages'],
    });
  });
});

describe('requests with wrong values', () => {
  test('Select names every wrong field at once', async () => {
    const refusal = await refusalOf(
      sextant.select({
        useCase: 'Support Chat',
        input: {
          content: { $case: 'chat', value: { messages: [{ role: 99 as Role, text: 'hi' }] } },
          complexity: {
            length: Number.NaN,
            mathematics: -0.1,
            code: 1.1,
            languages: Number.POSITIVE_INFINITY,
          },
          taskType: 77 as TaskType,
          inputTokens: -1n,
          maxOutputTokens: 0n,
          modalities: [42 as Modality],
        },
        requirements: { allOf: ['telepathy'], minOutputTokens: -5n, providers: ['a', 'a'] },
        preferences: { quality: -1, cost: Number.NaN, latency: 0 },
        attributes: { 'no spaces': 'x', ok: 'y'.repeat(257) },
        maxFallbacks: 5,
      }),
    );
    expect(refusal.code).toBe('INVALID_ARGUMENT');
    expect([...refusal.fields].sort()).toEqual(
      [
        'use_case',
        'input.chat.messages[0].role',
        'input.complexity.length',
        'input.complexity.mathematics',
        'input.complexity.code',
        'input.complexity.languages',
        'input.task_type',
        'input.input_tokens',
        'input.max_output_tokens',
        'input.modalities[0]',
        'requirements.all_of[0]',
        'requirements.min_output_tokens',
        'requirements.providers[1]',
        'preferences.quality',
        'preferences.cost',
        'attributes["no spaces"]',
        'attributes["ok"]',
        'max_fallbacks',
      ].sort(),
    );
  });

  test('Report names every wrong field at once', async () => {
    const { ticket } = await sextant.select(ask('wrong'));
    const refusal = await refusalOf(
      sextant.report({
        ticket,
        attempts: [
          {
            status: 99 as OutcomeStatus,
            quality: 1.5,
            latency: { seconds: -1n, nanos: 0 },
            costNanoUsd: -1n,
          },
          {
            status: 1,
            quality: Number.NaN,
            usage: { inputTokens: 5n, cachedInputTokens: 6n },
            endTime: { nanos: -1 },
          },
          { attempt: 1, latency: { seconds: 1n, nanos: 2_000_000_000 } },
        ],
      }),
    );
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELD' });
    expect([...refusal.fields].sort()).toEqual(
      [
        'attempts[0].status',
        'attempts[0].quality',
        'attempts[0].latency',
        'attempts[0].cost_nano_usd',
        'attempts[1].attempt',
        'attempts[1].quality',
        'attempts[1].usage.cached_input_tokens',
        'attempts[1].end_time',
        'attempts[2].status',
        'attempts[2].latency.nanos',
      ].sort(),
    );
  });

  test('a batch is refused as a whole for ids that are missing or repeated, an item alone for its content', async () => {
    const items = [{ id: '' }, { id: 'a' }, { id: 'a' }];
    expect((await refusalOf(sextant.selectBatch({ items }))).fields).toEqual(['items[0].id', 'items[2].id']);
    expect((await refusalOf(sextant.selectBatch({ items: [] }))).fields).toEqual(['items']);
    const many = Array.from({ length: 65 }, (_, i) => ({ id: String(i), request: ask('wrong') }));
    expect((await refusalOf(sextant.selectBatch({ items: many }))).fields).toEqual(['items']);

    const mixed = [{ id: 'good', request: ask('wrong') }, { id: 'bad', request: ask('') }, { id: 'none' }];
    const { results } = await sextant.selectBatch({ items: mixed });
    expect(results.map(({ id, outcome }) => [id, outcome?.$case])).toEqual([
      ['good', 'response'],
      ['bad', 'error'],
      ['none', 'error'],
    ]);
  });

  test('a page token of another server, and a page size below one, are refused', async () => {
    const refusal = await refusalOf(sextant.listModels({ pageSize: -1, pageToken: '***' }));
    expect([...refusal.fields].sort()).toEqual(['page_size', 'page_token']);
  });
});
