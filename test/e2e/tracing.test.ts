import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  OutcomeServiceClient,
  ReportRequest,
  ReportStreamRequest,
  type ReportResponse,
} from '../../src/gen/sextant/v1/outcome.js';
import {
  SelectBatchRequest,
  SelectionServiceClient,
  SelectRequest,
  type SelectBatchResponse,
  type SelectResponse,
} from '../../src/gen/sextant/v1/selection.js';
import { startServer, type BuiltServer } from './built-server.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const SETUP = join(import.meta.dirname, '../fixtures/tracing/record-spans.js');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const spansFile = join(newFolder(), 'spans.ndjson');

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number };
  /** Ids of spans. */
  readonly links: readonly string[];
}

let server: BuiltServer;
let decided: SelectResponse;

const metadata = new Metadata();
metadata.set('traceparent', `00-${TRACE}-${PARENT}-01`);
const spans = (): Span[] =>
  existsSync(spansFile)
    ? readFileSync(spansFile, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Span)
    : [];
const spanOf = (method: string): Span | undefined => spans().find(({ name }) => name.endsWith(`/${method}`));

const promised = <T>(work: (done: (error: ServiceError | null, answer: T) => void) => unknown): Promise<T> =>
  new Promise((resolve, reject) => work((error, answer) => (error ? reject(error) : resolve(answer))));

beforeAll(async () => {
  process.env['RECORDED_SPANS'] = spansFile;
  server = await startServer({
    rulesPath: policyFolder(SOUND),
    nodeOptions: `--import=${SETUP}`,
    settings: { 'log.level': 'debug' },
  });
  delete process.env['RECORDED_SPANS'];
  const selections = new SelectionServiceClient(server.address, credentials.createInsecure());
  const outcomes = new OutcomeServiceClient(server.address, credentials.createInsecure());
  decided = await promised<SelectResponse>((done) =>
    selections.select(SelectRequest.fromPartial(ask('chat')), metadata, done),
  );
  const report = ReportRequest.fromPartial({
    ticket: decided.ticket,
    attempts: [wentWell({ quality: 0.5 })],
  });
  await promised<ReportResponse>((done) => outcomes.report(report, metadata, done));
  await promised<SelectResponse>((done) =>
    selections.select(SelectRequest.fromPartial({}), metadata, done),
  ).catch(() => undefined);
  selections.close();
  outcomes.close();
});
afterAll(() => server.kill());

test('a Select is a span under the caller’s, and says what was decided', async () => {
  await expect.poll(() => spanOf('Select'), { timeout: 10_000 }).toBeDefined();
  const { model } = decided.choice!;
  expect(spanOf('Select')).toMatchObject({
    name: 'sextant.v1.SelectionService/Select',
    kind: 1,
    traceId: TRACE,
    parentSpanId: PARENT,
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': 'sextant.v1.SelectionService',
      'rpc.method': 'Select',
      'rpc.grpc.status_code': 0,
      'gen_ai.request.model': model.slice(model.indexOf('/') + 1),
      'gen_ai.provider.name': model.slice(0, model.indexOf('/')),
      'sextant.decision.id': decided.decisionId,
      'sextant.use_case': 'chat',
      'sextant.policy.version': decided.policyVersion,
    },
  });
});

test('a Report is one, too, over its wait for the disk', async () => {
  await expect.poll(() => spanOf('Report'), { timeout: 10_000 }).toBeDefined();
  expect(spanOf('Report')).toMatchObject({
    traceId: TRACE,
    parentSpanId: PARENT,
    attributes: {
      'rpc.method': 'Report',
      'sextant.decision.id': decided.decisionId,
      'sextant.report.status': 'success',
      'sextant.report.quality': 0.5,
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.output_tokens': 80,
    },
  });
});

test('a refusal has its code, and its log line the trace', async () => {
  const refused = (): Span | undefined =>
    spans().find(({ attributes }) => attributes['rpc.grpc.status_code'] === 3);
  await expect.poll(refused, { timeout: 10_000 }).toBeDefined();
  // The caller's fault is no error of the server.
  expect(refused()!.status.code).toBe(0);
  await expect
    .poll(() => server.logs.find(({ trace_id: id }) => id === TRACE), { timeout: 10_000 })
    .toMatchObject({ code: 'INVALID_FIELD', span_id: refused()!.spanId });
});

test('each item of a batch is a span under the call’s, a refused one too', async () => {
  const selections = new SelectionServiceClient(server.address, credentials.createInsecure());
  const items = [
    { id: 'a', request: ask('batched') },
    { id: 'b', request: ask('batched') },
    { id: 'c', request: {} },
  ];
  const { results } = await promised<SelectBatchResponse>((done) =>
    selections.selectBatch(SelectBatchRequest.fromPartial({ items }), metadata, done),
  );
  selections.close();
  const itemsOf = (): Span[] => spans().filter(({ name }) => name === 'Select');
  await expect.poll(() => spanOf('SelectBatch'), { timeout: 10_000 }).toBeDefined();
  const call = spanOf('SelectBatch')!;
  expect(call.attributes).not.toHaveProperty('sextant.decision.id');
  expect(itemsOf()).toHaveLength(items.length);
  for (const item of itemsOf())
    expect(item).toMatchObject({ traceId: TRACE, parentSpanId: call.spanId, kind: 0 });
  const decisionIds = results.flatMap(({ outcome }) =>
    outcome?.$case === 'response' ? [outcome.value.decisionId] : [],
  );
  const [first, second, refused] = itemsOf();
  expect([first, second].map((item) => item!.attributes['sextant.decision.id'])).toEqual(decisionIds);
  expect(first!.attributes['sextant.use_case']).toBe('batched');
  expect(refused).toMatchObject({ attributes: { 'error.type': 'INVALID_FIELD' }, status: { code: 0 } });
});

test('each item of a stream has a trace of its own with a link to the stream’s', async () => {
  const outcomes = new OutcomeServiceClient(server.address, credentials.createInsecure());
  const stream = outcomes.reportStream(metadata);
  const answers: unknown[] = [];
  stream.on('data', (answer) => answers.push(answer));
  const attempts = [wentWell({ quality: 0.5 })];
  stream.write(ReportStreamRequest.fromPartial({ id: 'a', report: { ticket: decided.ticket, attempts } }));
  stream.write(ReportStreamRequest.fromPartial({ id: 'b', report: { ticket: new Uint8Array(3), attempts } }));
  await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(2);
  const itemsOf = (): Span[] => spans().filter(({ name }) => name === 'Report');
  // They are there while the stream is still open.
  await expect.poll(() => itemsOf().length, { timeout: 10_000 }).toBe(2);
  expect(spanOf('ReportStream')).toBeUndefined();
  stream.end();
  await expect.poll(() => spanOf('ReportStream'), { timeout: 10_000 }).toBeDefined();
  outcomes.close();
  const call = spanOf('ReportStream')!;
  expect(call).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  expect(call.attributes['rpc.grpc.status_code']).toBe(0);
  for (const item of itemsOf()) {
    expect(item.links).toEqual([call.spanId]);
    expect(item.traceId).not.toBe(TRACE);
    expect(item.parentSpanId).toBeUndefined();
  }
  const reported = itemsOf().find(({ attributes }) => !('error.type' in attributes))!;
  expect(reported.attributes['sextant.decision.id']).toBe(decided.decisionId);
  const refused = itemsOf().find(({ attributes }) => 'error.type' in attributes)!;
  expect(refused.attributes['error.type']).toBe('TICKET_INVALID');
});

test('exemplars of call times name the trace, to those who can read them', async () => {
  const scrape = async (accept: string): Promise<{ type: string; text: string }> => {
    const answer = await fetch(`http://127.0.0.1:${server.adminPort}/metrics`, { headers: { accept } });
    return { type: answer.headers.get('content-type')!, text: await answer.text() };
  };
  const open = await scrape('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  expect(open.type).toContain('application/openmetrics-text');
  const bucket =
    /^sextant_rpc_duration_seconds_bucket\{.*method="Select".*\} \d+ # \{(.*)\} [\d.e-]+ [\d.]+$/m.exec(
      open.text,
    );
  expect(bucket?.[1]).toContain(`trace_id="${TRACE}"`);
  expect(open.text.endsWith('# EOF\n')).toBe(true);
  expect(open.text).toMatch(/^# TYPE sextant_rpc_requests counter$/m);
  expect(open.text).toMatch(/^sextant_rpc_requests_total\{.*\} \d/m);
  const plain = await scrape('text/plain');
  expect(plain.type).toContain('text/plain');
  expect(plain.text).not.toContain(TRACE);
  expect(plain.text).toMatch(/^sextant_rpc_requests_total\{.*\} \d/m);
});
