import type { JsonValue } from '@bufbuild/protobuf';
import type { TenantId } from '../core/ids.js';
import type { Checked } from '../core/fault.js';
import { SextantError } from '../core/errors.js';
import type { Question } from '../core/selection/question.js';
import { ExplainResponse, SelectRequest } from '../gen/sextant/v1/selection.js';
import { messageFromJson, messageToJson } from '../service/message-json.js';
import { decodeQuestion } from '../service/validate/question.js';

/** A SelectRequest as `buf curl` and `grpcurl` take it. */
export function selectRequestFromJson(value: unknown): Checked<SelectRequest> {
  try {
    return { ok: true, value: SelectRequest.decode(messageFromJson('SelectRequest', value)) };
  } catch (error) {
    return { ok: false, faults: [{ path: '', reason: (error as Error).message }] };
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
export const explainResponseToJson = (response: ExplainResponse): JsonValue =>
  messageToJson('ExplainResponse', ExplainResponse.encode(response).finish());
