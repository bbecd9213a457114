import { fromBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** The files of a descriptor set, by every name that reflection clients ask for. */
export interface DescriptorIndex {
  /** By file name, the file's own bytes first and then those of each transitive dependency, once. */
  readonly files: ReadonlyMap<string, readonly Buffer[]>;
  /** By fully-qualified name of any declared symbol, the name of the file that declares it. */
  readonly fileOfSymbol: ReadonlyMap<string, string>;
  /** By fully-qualified name of a message, the files that extend it, by extension number. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<number, string>>;
  readonly services: ReadonlySet<string>;
}

interface ParsedFile {
  readonly bytes: Buffer;
  readonly descriptor: FileDescriptorProto;
}

/**
 * Indexes a serialized google.protobuf.FileDescriptorSet and keeps each file's exact bytes.
 *
 * @throws Error where a file of the set imports one that is not in it.
 */
export function indexDescriptors(descriptorSet: Uint8Array): DescriptorIndex {
  const parsed = new Map<string, ParsedFile>();
  for (const bytes of splitFiles(descriptorSet)) {
    const descriptor = fromBinary(FileDescriptorProtoSchema, bytes);
    parsed.set(descriptor.name, { bytes, descriptor });
  }

  const fileOfSymbol = new Map<string, string>();
  const extensions = new Map<string, Map<number, string>>();
  const services = new Set<string>();

  for (const { descriptor } of parsed.values()) {
    for (const { kind, name, field } of declarations(descriptor)) {
      fileOfSymbol.set(name, descriptor.name);
      if (kind === 'service') services.add(name);
      if (kind === 'message' && !extensions.has(name)) extensions.set(name, new Map());
      if (field !== undefined) {
        const extendee = field.extendee.replace(/^\./, '');
        const numbers = extensions.get(extendee) ?? new Map<number, string>();
        extensions.set(extendee, numbers.set(field.number, descriptor.name));
      }
    }
  }

  const files = new Map([...parsed.keys()].map((name) => [name, withDependencies(name, parsed)]));
  return { files, fileOfSymbol, extensions, services };
}

/** The serialized files of a set, unparsed: encoding a parsed file again could change its bytes. */
function splitFiles(descriptorSet: Uint8Array): Buffer[] {
  const reader = new BinaryReader(descriptorSet);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [fieldNumber, wireType] = reader.tag();
    if (fieldNumber === 1 && wireType === WireType.LengthDelimited) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType, fieldNumber);
  }
  return files;
}

function withDependencies(name: string, parsed: ReadonlyMap<string, ParsedFile>): Buffer[] {
  // A Set is walked in insertion order and also visits what is added on the way.
  const names = new Set([name]);
  const bytes: Buffer[] = [];
  for (const next of names) {
    const file = parsed.get(next);
    if (file === undefined) throw new Error(`The descriptor set lacks ${next}, which ${name} needs.`);
    bytes.push(file.bytes);
    for (const dependency of file.descriptor.dependency) names.add(dependency);
  }
  return bytes;
}

interface Declaration {
  readonly kind: 'message' | 'service' | 'other';
  readonly name: string;
  /** Only for an extension. */
  readonly field?: FieldDescriptorProto;
}

function* declarations(file: FileDescriptorProto): Generator<Declaration> {
  const scope = file.package === '' ? '' : `${file.package}.`;
  for (const message of file.messageType) yield* messageDeclarations(scope, message);
  for (const enumeration of file.enumType) yield* enumDeclarations(scope, enumeration);
  yield* extensionDeclarations(scope, file.extension);
  for (const service of file.service) {
    const name = scope + service.name;
    yield { kind: 'service', name };
    for (const method of service.method) yield { kind: 'other', name: `${name}.${method.name}` };
  }
}

function* messageDeclarations(scope: string, message: DescriptorProto): Generator<Declaration> {
  const name = scope + message.name;
  yield { kind: 'message', name };
  for (const member of [...message.field, ...message.oneofDecl]) {
    yield { kind: 'other', name: `${name}.${member.name}` };
  }
  for (const nested of message.nestedType) yield* messageDeclarations(`${name}.`, nested);
  for (const enumeration of message.enumType) yield* enumDeclarations(`${name}.`, enumeration);
  yield* extensionDeclarations(`${name}.`, message.extension);
}

/** An enum's values are siblings of the enum, as protobuf scopes them. */
function* enumDeclarations(scope: string, enumeration: EnumDescriptorProto): Generator<Declaration> {
  yield { kind: 'other', name: scope + enumeration.name };
  for (const value of enumeration.value) yield { kind: 'other', name: scope + value.name };
}

function* extensionDeclarations(
  scope: string,
  fields: readonly FieldDescriptorProto[],
): Generator<Declaration> {
  for (const field of fields) yield { kind: 'other', name: scope + field.name, field };
}
