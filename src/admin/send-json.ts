import type { ServerResponse } from 'node:http';

export function sendJson(response: ServerResponse, body: object, code = 200): void {
  response
    .writeHead(code, { 'content-type': 'application/json; charset=utf-8' })
    .end(`${JSON.stringify(body)}\n`);
}
