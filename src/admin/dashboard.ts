import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Refusal, type Admission } from './admission.js';
import { isCall } from './call-api.js';
import { sendJson } from './send-json.js';
import { DashboardApi, type DashboardApiParts } from './dashboard-api.js';
import type { DashboardFile } from './dashboard-files.js';
import { readToken } from './read-body.js';

export interface DashboardParts extends DashboardApiParts {
  readonly files: ReadonlyMap<string, DashboardFile>;
  readonly logger: Logger;
}

/** The page loads nothing from elsewhere, runs no script but its own, and stands in no other page. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly file: DashboardFile | undefined;
}

/** The page, its login and its data. */
export class Dashboard {
  private readonly api: DashboardApi;
  private readonly admission: Admission;

  constructor(private readonly parts: DashboardParts) {
    this.api = new DashboardApi(parts);
    this.admission = parts.admission;
  }

  /** Whether a request is the dashboard's; it is answered then. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const [path, query] = (request.url ?? '/').split('?', 2) as [string, string?];
    const file = this.parts.files.get(path);
    const isOurs = file !== undefined || path === '/' || this.isLogin(path) || DashboardApi.serves(path);
    if (!isOurs) return false;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    this.serve(request, response, { path, query: new URLSearchParams(query), file }).catch((error: unknown) =>
      this.refuse(response, error),
    );
    return true;
  }

  close(): void {
    this.api.close();
  }

  private isLogin(path: string): boolean {
    return path === '/login' || path === '/logout';
  }

  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query, file }: Asked,
  ): Promise<void> {
    const { method } = request;
    if (this.isLogin(path)) {
      if (method !== 'POST') throw new Refusal(405, 'only POST');
      return path === '/login' ? this.logIn(request, response) : this.logOut(request, response);
    }
    if (method !== 'GET' && method !== 'HEAD' && !isCall(path)) throw new Refusal(405, 'only GET and HEAD');
    if (DashboardApi.serves(path)) return this.api.answer(request, response, { path, query });
    if (file === undefined) throw new Refusal(404, 'the dashboard was not built: make build does it');
    sendFile(request, response, file);
  }

  private async logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await readToken(request);
    response.setHeader('set-cookie', await this.admission.logIn(request, token));
    sendJson(response, {});
  }

  private async logOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    response.setHeader('set-cookie', this.admission.logOut(request));
    await Promise.resolve(sendJson(response, {}));
  }

  private refuse(response: ServerResponse, error: unknown): void {
    const refusal = error instanceof Refusal ? error : undefined;
    if (refusal === undefined) this.parts.logger.error({ err: error }, 'internal error');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendJson(response, { error: refusal?.message ?? 'internal error' }, refusal?.code ?? 500);
  }
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: DashboardFile): void {
  const { body, gzipped, type, etag, isImmutable } = file;
  response.setHeader('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('etag', etag);
  response.setHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const zip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (zip) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': type }).end(zip ? gzipped : body);
}
