import { join } from 'node:path';
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { startServer } from './built-server.js';
import { policyFolder, SOUND } from './policy-folder.js';

type Answer = Record<string, unknown>;
type Callback = (error: ServiceError | null, answer: Answer) => void;
interface DynamicClient {
  close(): void;
  [method: string]: (request: Answer, callback: Callback) => unknown;
}
type DynamicPackage = {
  sextant: { v1: Record<string, new (address: string, creds: unknown) => DynamicClient> };
};

const clients: DynamicClient[] = [];
let call: (service: string, method: string, request: Answer) => Promise<Answer>;

beforeAll(async () => {
  const server = await startServer({ rulesPath: policyFolder(SOUND) });
  const files = ['selection', 'outcome', 'insight'].map((name) => `sextant/v1/${name}.proto`);
  const includeDirs = ['proto', 'third_party/proto'].map((folder) => join(PROJECT_ROOT, folder));
  // As a service with nothing but the .proto files would: field names as written, int64 as text.
  const options = { includeDirs, keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
  const { sextant } = loadPackageDefinition(loadSync(files, options)) as unknown as DynamicPackage;
  const connected = new Map<string, DynamicClient>();
  for (const service of ['SelectionService', 'OutcomeService', 'InsightService']) {
    const client = new sextant.v1[service]!(server.address, credentials.createInsecure());
    connected.set(service, client);
    clients.push(client);
  }
  call = (service, method, request) =>
    new Promise((resolve, reject) => {
      connected.get(service)![method]!(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
});

afterAll(() => clients.forEach((client) => client.close()));

test('a client made from the .proto files alone selects by features, reports, and reads what was learned', async () => {
  const decision = await call('SelectionService', 'Select', {
    use_case: 'sql-generation',
    input: {
      complexity: { code: 0.9, reasoning_depth: 0.4 },
      input_tokens: '1200',
      task_type: 'TASK_TYPE_CODE',
    },
    attributes: { team: 'billing' },
    preferences: { quality: 3, cost: 1, latency: 0 },
    max_fallbacks: 1,
    explain: true,
  });
  expect(decision).toMatchObject({
    choice: { attempt: 0, cost: { input_tokens: '1200' } },
    fallbacks: [{ attempt: 1 }],
    profile: { task_type: 'TASK_TYPE_CODE', input_tokens: '1200', input_tokens_from_caller: true },
    explanation: { considered: SOUND.length, weights: { quality: 0.75, cost: 0.25, latency: 0 } },
  });

  const report = {
    ticket: decision['ticket'],
    attempts: [
      { attempt: 0, status: 'OUTCOME_STATUS_TIMEOUT', latency: { seconds: 30 } },
      {
        attempt: 1,
        status: 'OUTCOME_STATUS_SUCCESS',
        quality: 0.8,
        usage: { input_tokens: 1190, output_tokens: 70 },
      },
    ],
  };
  const receipt = await call('OutcomeService', 'Report', report);
  expect(receipt).toMatchObject({
    decision_id: decision['decision_id'],
    recorded: [
      { attempt: 0, metric: 'OUTCOME_METRIC_EXECUTION', duplicate: false },
      { attempt: 1, metric: 'OUTCOME_METRIC_EXECUTION', duplicate: false },
      { attempt: 1, metric: 'OUTCOME_METRIC_QUALITY', duplicate: false },
    ],
  });

  const learned = await call('InsightService', 'ListPosteriors', { use_case: 'sql-generation' });
  expect(learned).toMatchObject({ state_sequence: '3', next_page_token: '' });
  expect(learned['posteriors']).toHaveLength(2);
});

test('a client without typed errors still reads which fields were wrong from the message', async () => {
  const refused = call('SelectionService', 'Select', { use_case: 'Not A Name' });
  await expect(refused).rejects.toThrow(/INVALID_ARGUMENT.*use_case.*input: is required/);
});
