import { create, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  credentials,
  Server,
  ServerCredentials,
  status as GrpcStatus,
  type ClientDuplexStream,
  type StatusObject,
} from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ServerReflectionClient,
  ServerReflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '../../src/gen/grpc/reflection/v1/reflection.js';
import {
  ServerReflectionClient as ServerReflectionClientV1Alpha,
  ServerReflectionService as ServerReflectionServiceV1Alpha,
} from '../../src/gen/grpc/reflection/v1alpha/reflection.js';
import { createReflection, type Reflection } from '../../src/service/reflection.js';
import { buildDescriptorSet } from './public-descriptors.js';

type Query = NonNullable<ServerReflectionRequest['messageRequest']>;
type Stream = ClientDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

const SELECTION = 'sextant.v1.SelectionService';
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

async function serve(reflection: Reflection) {
  const server = new Server();
  server.addService(ServerReflectionService, reflection.v1);
  server.addService(ServerReflectionServiceV1Alpha, reflection.v1alpha);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const address = `127.0.0.1:${port}`;
  const v1 = new ServerReflectionClient(address, credentials.createInsecure());
  const v1alpha = new ServerReflectionClientV1Alpha(address, credentials.createInsecure());
  stops.push(
    () => server.forceShutdown(),
    () => v1.close(),
    () => v1alpha.close(),
  );
  return { server, v1, v1alpha };
}

function open(stream: Stream) {
  stream.on('error', () => undefined);
  const ended = new Promise<StatusObject>((resolve) => stream.on('status', resolve));
  const responses = stream[Symbol.asyncIterator]() as AsyncIterator<ServerReflectionResponse, undefined>;
  async function ask(messageRequest: Query | undefined): Promise<ServerReflectionResponse> {
    stream.write({ host: 'somewhere', messageRequest });
    const { value } = await responses.next();
    if (value === undefined) throw new Error('The stream ended without an answer.');
    return value;
  }
  return { stream, ended, ask };
}

const symbol = (value: string): Query => ({ $case: 'fileContainingSymbol', value });
const filename = (value: string): Query => ({ $case: 'fileByFilename', value });
const numbersOf = (value: string): Query => ({ $case: 'allExtensionNumbersOfType', value });
const extension = (containingType: string, extensionNumber: number): Query => ({
  $case: 'fileContainingExtension',
  value: { containingType, extensionNumber },
});

function filesOf(response: ServerReflectionResponse): Uint8Array[] {
  if (response.messageResponse?.$case !== 'fileDescriptorResponse') {
    throw new Error(`Not files: ${JSON.stringify(response.messageResponse)}`);
  }
  return response.messageResponse.value.fileDescriptorProto;
}

/** The value of field 1, which is the file's name and comes first in what buf writes. */
const nameOf = (file: Uint8Array): string => Buffer.from(file.subarray(2, 2 + file[1]!)).toString();

const errorWith = (errorCode: GrpcStatus) => ({
  messageResponse: { $case: 'errorResponse', value: { errorCode } },
});

let descriptorSet: Uint8Array;
beforeAll(async () => {
  descriptorSet = await buildDescriptorSet();
});

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  const openServed = async () => {
    const served = await serve(createReflection(descriptorSet, [SELECTION, 'grpc.health.v1.Health']));
    return open(served[version].serverReflectionInfo());
  };

  test('lists the services it was given, and echoes the request', async () => {
    const { ask } = await openServed();
    expect(await ask({ $case: 'listServices', value: '*' })).toEqual({
      validHost: 'somewhere',
      originalRequest: { host: 'somewhere', messageRequest: { $case: 'listServices', value: '*' } },
      messageResponse: {
        $case: 'listServicesResponse',
        value: { service: [{ name: SELECTION }, { name: 'grpc.health.v1.Health' }] },
      },
    });
  });

  test.each([
    ['a service', SELECTION, 'sextant/v1/selection.proto'],
    ['a method', `${SELECTION}.Select`, 'sextant/v1/selection.proto'],
    ['a message', 'google.rpc.BadRequest', 'google/rpc/error_details.proto'],
    ['a nested message', 'google.rpc.BadRequest.FieldViolation', 'google/rpc/error_details.proto'],
    ['a map entry', 'sextant.v1.SelectRequest.AttributesEntry', 'sextant/v1/selection.proto'],
    ['a field', 'google.rpc.BadRequest.FieldViolation.reason', 'google/rpc/error_details.proto'],
    ['a oneof', 'sextant.v1.SelectBatchResult.outcome', 'sextant/v1/selection.proto'],
    ['an enum', 'sextant.v1.Filter', 'sextant/v1/selection.proto'],
    ['an enum value', 'sextant.v1.FILTER_RULE', 'sextant/v1/selection.proto'],
    ['a nested enum', 'grpc.health.v1.HealthCheckResponse.ServingStatus', 'grpc/health/v1/health.proto'],
    ['a nested enum value', 'grpc.health.v1.HealthCheckResponse.SERVING', 'grpc/health/v1/health.proto'],
  ])('finds the file of %s', async (_kind, name, file) => {
    const { ask } = await openServed();
    expect(nameOf(filesOf(await ask(symbol(name)))[0]!)).toBe(file);
  });

  test('answers with the file first, and then each transitive dependency once', async () => {
    const { ask } = await openServed();
    const names = filesOf(await ask(filename('sextant/v1/selection.proto'))).map(nameOf);
    expect(names[0]).toBe('sextant/v1/selection.proto');
    expect(names).toContain('sextant/v1/model.proto');
    expect(names).toContain('google/rpc/status.proto');
    expect(names).toContain('google/protobuf/any.proto');
    expect(new Set(names).size).toBe(names.length);
  });

  test('answers what is unknown with an error, and the stream goes on', async () => {
    const { ask, stream, ended } = await openServed();
    for (const query of [
      symbol('sextant.v1.Nothing'),
      symbol('sextant.v1'),
      symbol(''),
      symbol('__proto__'),
      filename('sextant/v1/nothing.proto'),
      filename('sextant/storage/v1/storage.proto'),
      extension('sextant.v1.SelectRequest', 1),
      extension('sextant.v1.Nothing', 1),
      numbersOf('sextant.v1.Nothing'),
      numbersOf(SELECTION),
    ]) {
      expect(await ask(query)).toMatchObject(errorWith(GrpcStatus.NOT_FOUND));
    }
    expect(await ask(undefined)).toMatchObject(errorWith(GrpcStatus.INVALID_ARGUMENT));
    expect(filesOf(await ask(symbol(SELECTION)))).not.toHaveLength(0);
    stream.end();
    expect(await ended).toMatchObject({ code: GrpcStatus.OK });
  });

  test('a message without extensions has none', async () => {
    const { ask } = await openServed();
    expect(await ask(numbersOf('sextant.v1.SelectRequest'))).toMatchObject({
      messageResponse: {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName: 'sextant.v1.SelectRequest', extensionNumber: [] },
      },
    });
  });

  test('asked many things at once, answers all of them in order', async () => {
    const served = await serve(createReflection(descriptorSet, [SELECTION]));
    const stream: Stream = served[version].serverReflectionInfo();
    const asked = Array.from({ length: 500 }, (_, index) => `host-${index}`);
    for (const host of asked) stream.write({ host, messageRequest: symbol(SELECTION) });
    stream.end();
    const answered: string[] = [];
    for await (const response of stream as AsyncIterable<ServerReflectionResponse>) {
      answered.push(response.validHost);
    }
    expect(answered).toEqual(asked);
  });

  test('endStreams ends open streams with OK, so that a graceful stop completes', async () => {
    const reflection = createReflection(descriptorSet, [SELECTION]);
    const served = await serve(reflection);
    const { ask, ended } = open(served[version].serverReflectionInfo());
    await ask(symbol(SELECTION));
    reflection.endStreams();
    expect(await ended).toMatchObject({ code: GrpcStatus.OK });
    await new Promise<void>((resolve, reject) => {
      served.server.tryShutdown((error) => (error ? reject(error) : resolve()));
    });
  });
});

describe('a set with extensions', () => {
  const base = toBinary(
    FileDescriptorProtoSchema,
    create(FileDescriptorProtoSchema, {
      name: 'base.proto',
      package: 'x',
      messageType: [{ name: 'Base', extensionRange: [{ start: 100, end: 200 }] }],
    }),
  );
  const field = (name: string, number: number) => ({
    name,
    number,
    extendee: '.x.Base',
    label: Label.OPTIONAL,
    type: Type.STRING,
  });
  const extending = toBinary(
    FileDescriptorProtoSchema,
    create(FileDescriptorProtoSchema, {
      name: 'extending.proto',
      package: 'x',
      dependency: ['base.proto'],
      extension: [field('colour', 100)],
      messageType: [{ name: 'Scope', extension: [field('size', 101)] }],
    }),
  );
  // A field that no descriptor has: it must reach the client all the same.
  const future = new BinaryWriter().tag(9_999, WireType.LengthDelimited).string('later').finish();
  const strangeBase = Buffer.concat([base, future]);
  const set = (...files: Uint8Array[]) => {
    const writer = new BinaryWriter();
    for (const file of files) writer.tag(1, WireType.LengthDelimited).bytes(file);
    return writer.finish();
  };

  test('finds extensions by number and by name, nested ones too', async () => {
    const { v1 } = await serve(createReflection(set(extending, base), []));
    const { ask } = open(v1.serverReflectionInfo());
    for (const query of [extension('x.Base', 100), extension('x.Base', 101), symbol('x.Scope.size')]) {
      expect(filesOf(await ask(query)).map(nameOf)).toEqual(['extending.proto', 'base.proto']);
    }
    expect(await ask(extension('x.Base', 102))).toMatchObject(errorWith(GrpcStatus.NOT_FOUND));
    expect(await ask(numbersOf('x.Base'))).toMatchObject({
      messageResponse: { value: { baseTypeName: 'x.Base', extensionNumber: [100, 101] } },
    });
  });

  test('serves the exact bytes of the set, what it does not know included', async () => {
    const { v1 } = await serve(createReflection(set(strangeBase), []));
    const { ask } = open(v1.serverReflectionInfo());
    expect(filesOf(await ask(symbol('x.Base'))).map((file) => Buffer.from(file))).toEqual([strangeBase]);
  });

  test('a set that lacks a dependency is refused', () => {
    expect(() => createReflection(set(extending), [])).toThrow(/lacks base\.proto/);
  });

  test('a served service that the set lacks is refused', () => {
    expect(() => createReflection(set(base), ['x.Gone', 'x.Base'])).toThrow(/lacks x\.Gone, x\.Base/);
  });
});
