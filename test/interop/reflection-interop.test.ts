import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, type DescriptorProto } from '@bufbuild/protobuf/wkt';
import { Metadata, Server, ServerCredentials, status as GrpcStatus } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HealthService } from '../../src/gen/grpc/health/v1/health.js';
import { ServerReflectionService } from '../../src/gen/grpc/reflection/v1/reflection.js';
import { ServerReflectionService as ServerReflectionServiceV1Alpha } from '../../src/gen/grpc/reflection/v1alpha/reflection.js';
import { BadRequest } from '../../src/gen/google/rpc/error_details.js';
import { Status } from '../../src/gen/google/rpc/status.js';
import {
  AnalyzeComplexityResponse,
  SelectionServiceService,
  type SelectionServiceServer,
} from '../../src/gen/sextant/v1/selection.js';
import { createHealth } from '../../src/service/health.js';
import { createReflection } from '../../src/service/reflection.js';
import { BUF, buildDescriptorSet } from '../service/public-descriptors.js';

const SELECTION = 'sextant.v1.SelectionService';
const GRPCURL = findGrpcurl();

let server: Server;
let address: string;
let services: string[];
let messages: string[];

beforeAll(async () => {
  const descriptorSet = await buildDescriptorSet();
  const { file } = fromBinary(FileDescriptorSetSchema, descriptorSet);
  services = file.flatMap((f) => f.service.map((service) => `${f.package}.${service.name}`));
  messages = file.flatMap((f) => f.messageType.flatMap((message) => messageNames(f.package, message)));

  const health = createHealth([SELECTION]);
  health.set(SELECTION, 'SERVING');
  const reflection = createReflection(descriptorSet, services);
  server = new Server();
  server.addService(HealthService, health.implementation);
  server.addService(ServerReflectionService, reflection.v1);
  server.addService(ServerReflectionServiceV1Alpha, reflection.v1alpha);
  server.addService(SelectionServiceService, selection);
  address = await new Promise<string>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
});

afterAll(() => server.forceShutdown());

/** Analyses anything, and refuses every Select with a typed detail. */
const selection: SelectionServiceServer = {
  select(_call, callback) {
    const violation = { field: 'use_case', description: 'must not be empty', reason: 'USE_CASE_EMPTY' };
    const detail = BadRequest.encode(BadRequest.fromPartial({ fieldViolations: [violation] })).finish();
    const code = GrpcStatus.INVALID_ARGUMENT;
    const status = Status.encode({
      code,
      message: 'use_case must not be empty',
      details: [{ typeUrl: 'type.googleapis.com/google.rpc.BadRequest', value: detail }],
    }).finish();
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from(status));
    callback({ code, details: 'use_case must not be empty', metadata });
  },
  analyzeComplexity(_call, callback) {
    callback(null, AnalyzeComplexityResponse.fromPartial({ policyVersion: 'interop' }));
  },
  selectBatch: (_call, callback) => callback({ code: GrpcStatus.UNIMPLEMENTED }),
  explain: (_call, callback) => callback({ code: GrpcStatus.UNIMPLEMENTED }),
  estimateCost: (_call, callback) => callback({ code: GrpcStatus.UNIMPLEMENTED }),
};

function messageNames(scope: string, message: DescriptorProto): string[] {
  if (message.options?.mapEntry === true) return [];
  const name = `${scope}.${message.name}`;
  return [name, ...message.nestedType.flatMap((nested) => messageNames(name, nested))];
}

function findGrpcurl(): string | undefined {
  const goPath = process.env['GOPATH'] ?? join(homedir(), 'go');
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), join(goPath, 'bin')];
  return directories
    .map((directory) => join(directory, 'grpcurl'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

interface Finished {
  readonly exitCode: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
    });
  });
}

async function runWell(command: string, args: readonly string[]): Promise<string> {
  const finished = await run(command, args);
  expect(finished, args.join(' ')).toMatchObject({ exitCode: 0 });
  return finished.stdout;
}

const lines = (text: string): string[] => text.trim().split('\n').sort();

describe.each(['grpc-v1', 'grpc-v1alpha'])('buf curl over %s', (reflectProtocol) => {
  const curl = (path: string, ...args: string[]) => [
    ...['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--reflect-protocol', reflectProtocol],
    ...args,
    `http://${address}${path}`,
  ];

  test('lists every service', async () => {
    expect(lines(await runWell(BUF, curl('', '--list-services')))).toEqual([...services].sort());
  });

  test('lists every method, each resolved', async () => {
    const methods = lines(await runWell(BUF, curl('', '--list-methods')));
    for (const { path } of Object.values(SelectionServiceService)) expect(methods).toContain(path.slice(1));
    expect(methods).toContain('grpc.health.v1.Health/Watch');
  });

  test('calls Health/Check', async () => {
    const output = await runWell(
      BUF,
      curl('/grpc.health.v1.Health/Check', '-d', `{"service":"${SELECTION}"}`),
    );
    expect(JSON.parse(output)).toEqual({ status: 'SERVING' });
  });

  test('calls an RPC, and refuses a field that the contract lacks', async () => {
    const path = `/${SELECTION}/AnalyzeComplexity`;
    expect(JSON.parse(await runWell(BUF, curl(path, '-d', '{"input":{}}')))).toMatchObject({
      policyVersion: 'interop',
    });
    expect((await run(BUF, curl(path, '-d', '{"inputs":{}}'))).stderr).toContain('inputs');
  });

  test('shows the typed details of an error', async () => {
    const finished = await run(BUF, curl(`/${SELECTION}/Select`, '-d', '{}'));
    expect(finished.exitCode).toBe(GrpcStatus.INVALID_ARGUMENT << 3);
    const shown = JSON.parse(finished.stderr) as { details: { type: string; value: string }[] };
    expect(shown.details.map(({ type }) => type)).toEqual(['google.rpc.BadRequest']);
    const detail = BadRequest.decode(Buffer.from(shown.details[0]!.value, 'base64'));
    expect(detail.fieldViolations).toMatchObject([{ reason: 'USE_CASE_EMPTY' }]);
  });
});

describe.skipIf(GRPCURL === undefined)('grpcurl (skipped where it is not on PATH or in GOPATH/bin)', () => {
  const grpcurl = (...args: string[]) => runWell(GRPCURL!, ['-plaintext', '-max-time', '15', ...args]);

  test('lists every service, and the methods of one', async () => {
    expect(lines(await grpcurl(address, 'list'))).toEqual([...services].sort());
    expect(lines(await grpcurl(address, 'list', SELECTION))).toHaveLength(
      Object.keys(SelectionServiceService).length,
    );
  });

  test('describes every service and every message, with a template', async () => {
    const left = [...services, ...messages];
    expect(left.length).toBeGreaterThan(50);
    const worker = async () => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        expect(await grpcurl('-msg-template', address, 'describe', name)).toContain(`${name} is a `);
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
  }, 120_000);

  test.each([
    [`${SELECTION}.Select`, 'is a method'],
    ['sextant.v1.Filter', 'is an enum'],
    ['sextant.v1.FILTER_RULE', 'is an enum value'],
    ['sextant.v1.SelectRequest.use_case', 'is a field'],
    ['sextant.v1.SelectBatchResult.outcome', 'is a one-of'],
  ])('describes %s', async (name, kind) => {
    expect(await grpcurl(address, 'describe', name)).toContain(kind);
  });

  test('calls Health/Check and an RPC', async () => {
    const check = await grpcurl('-d', `{"service":"${SELECTION}"}`, address, 'grpc.health.v1.Health/Check');
    expect(JSON.parse(check)).toEqual({ status: 'SERVING' });
    const analysis = await grpcurl('-d', '{"input":{}}', address, `${SELECTION}/AnalyzeComplexity`);
    expect(JSON.parse(analysis)).toMatchObject({ policyVersion: 'interop' });
  });

  test('decodes the details of an error', async () => {
    const args = ['-plaintext', '-max-time', '15', '-d', '{}', address, `${SELECTION}/Select`];
    const finished = await run(GRPCURL!, args);
    expect(finished.stderr).toContain('google.rpc.BadRequest');
    expect(finished.stderr).toContain('USE_CASE_EMPTY');
  });
});
