import type { BuiltServer } from './built-server.js';

/** What Prometheus would scrape. */
export const metricsOf = async ({ adminPort }: BuiltServer): Promise<string> =>
  (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
