import { status as GrpcStatus, type ServerDuplexStream } from '@grpc/grpc-js';
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
  ServerReflectionServer,
} from '../gen/grpc/reflection/v1/reflection.js';
import type { ServerReflectionServer as ServerReflectionServerV1Alpha } from '../gen/grpc/reflection/v1alpha/reflection.js';
import { indexDescriptors, type DescriptorIndex } from './descriptor-index.js';

type Query = NonNullable<ServerReflectionRequest['messageRequest']>;
type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;
type ReflectionCall = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/** Both versions of server reflection over one descriptor set. */
export interface Reflection {
  readonly v1: ServerReflectionServer;
  readonly v1alpha: ServerReflectionServerV1Alpha;
  /** Ends every open stream: clients keep them open, and a graceful stop would wait for them. */
  endStreams(): void;
}

/**
 * Serves the descriptors that `buf build` wrote, byte for byte; every answer with files carries their
 * transitive dependencies. A query that fails is answered with an ErrorResponse and the stream goes on.
 *
 * @throws Error where a served service, or a file that another imports, is not in the set.
 */
export function createReflection(descriptorSet: Uint8Array, serviceNames: readonly string[]): Reflection {
  const index = indexDescriptors(descriptorSet);
  const missing = serviceNames.filter((name) => !index.services.has(name));
  if (missing.length > 0) throw new Error(`The descriptor set lacks ${missing.join(', ')}.`);

  const service = serviceNames.map((name) => ({ name }));
  const streams = new Set<ReflectionCall>();

  function answer(query: Query | undefined): Answer {
    if (query === undefined) return failure(GrpcStatus.INVALID_ARGUMENT, 'the request names no query');
    if (query.$case === 'listServices') return { $case: 'listServicesResponse', value: { service } };
    return answerFromIndex(index, query);
  }

  function serverReflectionInfo(call: ReflectionCall): void {
    streams.add(call);
    call.on('close', () => streams.delete(call));
    call.on('end', () => call.end());
    call.on('data', (request: ServerReflectionRequest) => {
      if (call.writableEnded) return;
      const ready = call.write({
        validHost: request.host,
        originalRequest: request,
        messageResponse: answer(request.messageRequest),
      });
      // A client that asks without reading the answers waits, so that they do not pile up here.
      if (!ready) {
        call.pause();
        call.once('drain', () => call.resume());
      }
    });
  }

  return {
    v1: { serverReflectionInfo },
    v1alpha: { serverReflectionInfo },
    endStreams() {
      for (const call of streams) call.end();
    },
  };
}

function answerFromIndex(index: DescriptorIndex, query: Exclude<Query, { $case: 'listServices' }>): Answer {
  switch (query.$case) {
    case 'fileByFilename':
      return filesAnswer(index, query.value, 'no such file');
    case 'fileContainingSymbol':
      return filesAnswer(index, index.fileOfSymbol.get(query.value), 'no such symbol');
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = query.value;
      const file = index.extensions.get(containingType)?.get(extensionNumber);
      return filesAnswer(index, file, 'no such extension');
    }
    case 'allExtensionNumbersOfType': {
      const numbers = index.extensions.get(query.value);
      if (numbers === undefined) return failure(GrpcStatus.NOT_FOUND, 'no such message');
      return {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName: query.value, extensionNumber: [...numbers.keys()].sort((a, b) => a - b) },
      };
    }
  }
}

function filesAnswer(index: DescriptorIndex, file: string | undefined, reason: string): Answer {
  const files = file === undefined ? undefined : index.files.get(file);
  if (files === undefined) return failure(GrpcStatus.NOT_FOUND, reason);
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto: [...files] } };
}

function failure(errorCode: GrpcStatus, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}
