import { Counter, Gauge, type Registry } from 'prom-client';
import type { EdgeView } from '../runtime/edge-view.js';

const MS_PER_SECOND = 1_000;

/** Metrics of connections, refusals and the certificate. */
export function addEdgeMetrics(registry: Registry, edge: { view(): EdgeView }): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  };
  gauge('sextant_connections', 'Open gRPC connections.', () => edge.view().connections);
  gauge(
    'sextant_overload_level',
    'Classes of calls that are refused: 1 Insight, 2 Explain too, 3 Selects too.',
    () => edge.view().shedding.level,
  );
  new Counter({
    name: 'sextant_connections_refused_total',
    help: 'Connections that were one too many.',
    registers,
    collect() {
      this.reset();
      this.inc(edge.view().connectionsRefused);
    },
  });
  new Counter({
    name: 'sextant_calls_refused_total',
    help: 'Calls that were refused before their message was read, by the reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of edge.view().callsRefused) this.inc({ reason }, count);
    },
  });
  gauge(
    'sextant_token_keys_refused',
    '1 where the keys of the issuer of tokens cannot be had, or their newest file was refused.',
    () => Number(edge.view().areTokenKeysRefused),
  );
  if (edge.view().certificate === undefined) return;
  gauge('sextant_tls_certificate_expiry_seconds', 'When the certificate in use expires, since 1970.', () => {
    const { certificate } = edge.view();
    return certificate === undefined ? undefined : certificate.notAfterMs / MS_PER_SECOND;
  });
  gauge(
    'sextant_tls_files_refused',
    '1 where the newest TLS files were refused, and those before are in use.',
    () => Number(edge.view().certificate?.isStale),
  );
}
