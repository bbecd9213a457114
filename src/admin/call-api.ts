import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalCalls } from '../runtime/local-calls.js';
import { Refusal, type Admission } from './admission.js';
import { readJson } from './read-body.js';
import { sendJson } from './send-json.js';

const PREFIX = '/api/v1/call/';
/** A policy folder for an evaluation is the largest that is sent; a request to explain holds its text. */
const MAX_BODY_BYTES = 1_048_576;

/** Whether a path is `/api/v1/call/Service/Method`. */
export const isCall = (path: string): boolean => path.startsWith(PREFIX);

/**
 * Answers `POST /api/v1/call/Service/Method` by the handler that answers gRPC, as the visitor: the same logic, the same
 * figures, the same roles. @throws Refusal.
 */
export async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  { path, admission, calls }: { path: string; admission: Admission; calls: LocalCalls },
): Promise<void> {
  if (request.method !== 'POST') throw new Refusal(405, 'only POST');
  const { principal } = await admission.admitCall(request);
  const body = await readJson(request, { what: 'a call', maxBytes: MAX_BODY_BYTES });
  const answer = await calls(path.slice(PREFIX.length), body, principal);
  if (!answer.ok) throw new Refusal(answer.code, answer.message);
  sendJson(response, answer.json as object);
}
