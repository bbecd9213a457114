import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type FileRegistry,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadDescriptorSet } from './descriptors.js';

let registry: FileRegistry | undefined;

/** A message of the contract; the JSON of protobuf needs descriptors, which generated code does not hold. */
function messageOf(name: string): DescMessage {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, loadDescriptorSet()));
  return registry.getMessage(`sextant.v1.${name}`)!;
}

/** The bytes of a message from JSON as `buf curl` and `grpcurl` take it. @throws Error with the reason. */
export function messageFromJson(name: string, value: unknown): Uint8Array {
  const schema = messageOf(name);
  try {
    return toBinary(schema, fromJson(schema, value as JsonValue, { registry: registry! }));
  } catch (error) {
    throw new Error((error as Error).message.replace(/ from JSON/, ''), { cause: error });
  }
}

/** A message as `buf curl` and `grpcurl` print it; fields that are 0 or empty are there where asked for. */
export function messageToJson(name: string, bytes: Uint8Array, { whole = false } = {}): JsonValue {
  const schema = messageOf(name);
  return toJson(schema, fromBinary(schema, bytes), { registry: registry!, alwaysEmitImplicit: whole });
}
