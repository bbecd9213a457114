import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUF } from '../service/public-descriptors.js';
import { run, startServer, type BuiltServer, type Finished } from './built-server.js';
import { policyFolder, SOUND } from './policy-folder.js';

const SERVICES = [
  'grpc.health.v1.Health',
  'sextant.v1.AuditService',
  'sextant.v1.InsightService',
  'sextant.v1.OutcomeService',
  'sextant.v1.PolicyService',
  'sextant.v1.RegistryService',
  'sextant.v1.SelectionService',
];
const REQUEST = '{"use_case":"by-hand","input":{"text":"Which river flows through Vienna?"}}';
const GRPCURL = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), 'go/bin')]
  .map((folder) => join(folder, 'grpcurl'))
  .find(isExecutable);

let server: BuiltServer;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
});

afterAll(() => {
  if (GRPCURL === undefined) console.log('grpcurl is not on PATH or in ~/go/bin: its tests were skipped');
});

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function well(finished: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await finished;
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

const lines = (text: string): string[] => text.trim().split('\n').sort();

interface Selected {
  readonly choice: { readonly model: string };
  readonly ticket: string;
}

describe('buf curl, with nothing but the address', () => {
  const curl = (path: string, ...args: string[]) =>
    run(BUF, [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      ...args,
      `http://${server.address}${path}`,
    ]);

  test('lists what is served, and each method', async () => {
    expect(lines(await well(curl('', '--list-services')))).toEqual(expect.arrayContaining(SERVICES));
    const methods = lines(await well(curl('', '--list-methods')));
    expect(methods).toEqual(
      expect.arrayContaining([
        'sextant.v1.SelectionService/Select',
        'sextant.v1.OutcomeService/ReportStream',
        'sextant.v1.RegistryService/UpdateModel',
        'sextant.v1.PolicyService/GetActivePolicy',
        'sextant.v1.InsightService/ListPosteriors',
        'grpc.health.v1.Health/Watch',
      ]),
    );
  });

  test('selects, and reports with the ticket it got', async () => {
    const decision = JSON.parse(
      await well(curl('/sextant.v1.SelectionService/Select', '-d', REQUEST)),
    ) as Selected;
    expect(SOUND).toContain(decision.choice.model);
    const report = { ticket: decision.ticket, attempts: [{ quality: 1 }] };
    const receipt = await well(curl('/sextant.v1.OutcomeService/Report', '-d', JSON.stringify(report)));
    expect(JSON.parse(receipt)).toMatchObject({ recorded: [{ metric: 'OUTCOME_METRIC_QUALITY' }] });
  });

  test('shows why a request is refused', async () => {
    const { code, stderr } = await curl('/sextant.v1.SelectionService/Select', '-d', '{}');
    expect(code).not.toBe(0);
    expect(stderr).toContain('google.rpc.BadRequest');
  });
});

describe.skipIf(GRPCURL === undefined)('grpcurl, with nothing but the address', () => {
  const grpcurl = (...args: string[]) => run(GRPCURL!, ['-plaintext', '-max-time', '15', ...args]);

  test('lists and describes', async () => {
    expect(lines(await well(grpcurl(server.address, 'list')))).toEqual(expect.arrayContaining(SERVICES));
    const described = await well(grpcurl(server.address, 'describe', 'sextant.v1.SelectionService'));
    expect(described).toContain(
      'rpc Select ( .sextant.v1.SelectRequest ) returns ( .sextant.v1.SelectResponse );',
    );
    expect(await well(grpcurl(server.address, 'describe', 'sextant.v1.SelectRequest'))).toContain(
      'string use_case = 1',
    );
  });

  test('selects, and decodes the details of a refusal', async () => {
    const call = (request: string) =>
      grpcurl('-d', request, server.address, 'sextant.v1.SelectionService/Select');
    const decision = JSON.parse(await well(call(REQUEST))) as Selected;
    expect(SOUND).toContain(decision.choice.model);
    const { stderr } = await call('{"use_case":"NO"}');
    expect(stderr).toContain('"field": "use_case"');
  });
});
