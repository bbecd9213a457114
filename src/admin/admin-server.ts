import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { listenError } from '../config/setting-error.js';
import type { Dashboard } from './dashboard.js';
import type { Registry } from 'prom-client';
import type { Metrics } from './metrics.js';
import { OPEN_METRICS_TYPE, openMetricsText, wantsOpenMetrics } from './open-metrics.js';

export interface AdminServerOptions {
  readonly host: string;
  readonly port: number;
  /** Calls with the key pair to use, at once and whenever it changes; plain HTTP where absent. */
  readonly followKeyPair?: (use: (pair: { readonly context: SecureContextOptions }) => void) => void;
  readonly metrics: Metrics;
  readonly dashboard: Dashboard;
  /** Why the server is not ready; `null` where it is. */
  readonly notReady: () => string | null;
  /** What is amiss though the server is ready; `null` for nothing. */
  readonly warning: () => string | null;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/livez`, `/readyz` and `/metrics`, for supervisors that cannot speak gRPC; the dashboard for people. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { metrics, dashboard, notReady, warning } = options;
  const server = serverFor(options, (request, response) => {
    const send = (code: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    if (dashboard.answer(request, response)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'only GET and HEAD\n');
    switch (request.url?.split('?')[0]) {
      case '/livez':
        return send(200, 'ok\n');
      case '/readyz': {
        const reason = notReady();
        return reason === null ? send(200, `${warning() ?? 'ok'}\n`) : send(503, `${reason}\n`);
      }
      case '/metrics':
        scrape(metrics.registry, request.headers.accept).then(
          ([text, type]) => send(200, text, type),
          () => send(500, 'metrics could not be read\n'),
        );
        return;
      default:
        return send(404, 'there are /, /livez, /readyz and /metrics\n');
    }
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        dashboard.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serverFor({ followKeyPair }: AdminServerOptions, answer: RequestListener): Server {
  if (followKeyPair === undefined) return createServer(answer);
  const server = createTlsServer(answer);
  // The certificate authority of clients is gRPC's affair: a browser has no certificate to show.
  followKeyPair(({ context: { cert, key, minVersion } }) =>
    server.setSecureContext({ cert, key, minVersion }),
  );
  return server;
}

async function scrape(registry: Registry, accept: string | undefined): Promise<[text: string, type: string]> {
  if (wantsOpenMetrics(accept)) return [await openMetricsText(registry), OPEN_METRICS_TYPE];
  return [await registry.metrics(), registry.contentType];
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError({ section: 'admin', host, port }, error)));
    server.listen(port, host, resolve);
  });
}
