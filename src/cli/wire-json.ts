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
import type { TenantId } from '../core/ids.js';
import type { Checked } from '../core/fault.js';
import { SextantError } from '../core/errors.js';
import type { Question } from '../core/selection/question.js';
import { ExplainResponse, SelectRequest } from '../gen/sextant/v1/selection.js';
import { loadDescriptorSet } from '../service/descriptors.js';
import { decodeQuestion } from '../service/validate/question.js';

let registry: FileRegistry | undefined;

/** A message of the contract; the JSON of protobuf needs descriptors, which generated code does not hold. */
function messageOf(name: string): DescMessage {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, loadDescriptorSet()));
  return registry.getMessage(`sextant.v1.${name}`)!;
}

/** A SelectRequest as `buf curl` and `grpcurl` take it. */
export function selectRequestFromJson(value: unknown): Checked<SelectRequest> {
  const schema = messageOf('SelectRequest');
  try {
    const bytes = toBinary(schema, fromJson(schema, value as JsonValue, { registry: registry! }));
    return { ok: true, value: SelectRequest.decode(bytes) };
  } catch (error) {
    const reason = (error as Error).message.replace(/ from JSON/, '');
    return { ok: false, faults: [{ path: '', reason }] };
  }
}

/** The same, checked as the server checks it. */
export function questionFromJson(value: unknown, tenant: string): Checked<Question> {
  const request = selectRequestFromJson(value);
  if (!request.ok) return request;
  try {
    return { ok: true, value: decodeQuestion(request.value, tenant as TenantId) };
  } catch (error) {
    const faults = error instanceof SextantError ? error.details.faults : undefined;
    if (faults === undefined) throw error;
    return { ok: false, faults };
  }
}

/** An answer of Explain as `buf curl` and `grpcurl` print it. */
export function explainResponseToJson(response: ExplainResponse): JsonValue {
  const schema = messageOf('ExplainResponse');
  const bytes = ExplainResponse.encode(response).finish();
  return toJson(schema, fromBinary(schema, bytes), { registry: registry! });
}
