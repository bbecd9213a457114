import type { IncomingMessage } from 'node:http';
import { Refusal } from './admission.js';

const MAX_LOGIN_BYTES = 8_192;

/** A body of JSON. @throws Refusal 400, 413. */
export async function readJson(
  request: IncomingMessage,
  { what, maxBytes }: { readonly what: string; readonly maxBytes: number },
): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Refusal(413, `${what} has at most ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'the body is no JSON');
  }
}

/** The token of a login's body, `{"token": "…"}`. @throws Refusal 400, 413. */
export async function readToken(request: IncomingMessage): Promise<string> {
  const body = await readJson(request, { what: 'a login', maxBytes: MAX_LOGIN_BYTES });
  const token = (body as { token?: unknown } | null)?.token;
  if (typeof token !== 'string' || token === '') throw new Refusal(400, 'token: a string is required');
  return token;
}
