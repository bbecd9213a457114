import type { IncomingMessage } from 'node:http';
import { Refusal } from './admission.js';

const MAX_BODY_BYTES = 8_192;

/** The token of a login's body, `{"token": "…"}`. @throws Refusal 400, 413. */
export async function readToken(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refusal(413, `a login has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'the body is no JSON');
  }
  const token = (body as { token?: unknown } | null)?.token;
  if (typeof token !== 'string' || token === '') throw new Refusal(400, 'token: a string is required');
  return token;
}
