import type { ServerInterceptor } from '@grpc/grpc-js';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { isLoopback } from '../../config/bind.js';
import { authIsRequired, type Config, type Role } from '../../config/config.js';
import type { Sheddable } from '../../core/overload/shedding.js';
import type { EdgeView } from '../../runtime/edge-view.js';
import { authenticator, type Authenticate, type Principal } from '../auth.js';
import type { ErrorCode } from '../../core/errors.js';
import { ConnectionCount } from './connection-count.js';
import { FrontDoor } from './front-door.js';
import { gatekeeper } from './gatekeeper.js';
import { keyPairOf, pathsOf, readTlsFiles, type KeyPair } from './key-pair.js';
import { LoadWatch } from './load-watch.js';
import type { OpenIdentities } from './open-identities.js';
import { PeerAllowance } from './peer-allowance.js';
import { RateLimit } from './rate-limit.js';
import { FilesWatch } from './watched-files.js';

export interface EdgeParts {
  readonly config: Config;
  readonly identities: OpenIdentities;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** What stands between the network and the handlers: connections, TLS, callers, load. */
export class Edge {
  readonly interceptors: readonly ServerInterceptor[];
  readonly authenticate: Authenticate;
  readonly deadlinesMs: Readonly<Record<Role, number>>;
  private readonly rate: RateLimit;
  private readonly load: LoadWatch;
  private readonly allowance: PeerAllowance;
  private readonly count: ConnectionCount;
  private readonly tls: WatchedKeyPair | undefined;
  private readonly refused = new Map<ErrorCode, number>();
  private door: FrontDoor | undefined;
  private readonly keyPairListeners: ((pair: KeyPair) => void)[] = [];

  /** @throws SettingError where TLS files are no good. */
  constructor(private readonly parts: EdgeParts) {
    const { config, identities, logger } = parts;
    const { limits, server, auth } = config;
    const isOpen = isLoopback(server.host) && !authIsRequired(auth);
    const elapsedMs = (): number => performance.now();
    this.rate = new RateLimit(isOpen ? 0 : limits.decisionsPerSecond, elapsedMs);
    this.load = new LoadWatch(config.overload, logger);
    const { maxConnections, maxConnectionsPerPeer } = limits;
    this.allowance = new PeerAllowance(
      {
        connectionsPerSecond: limits.connectionsPerSecondPerPeer,
        connectionsBurst: maxConnectionsPerPeer,
        resetsPerSecond: limits.resetsPerSecondPerPeer,
      },
      elapsedMs,
    );
    this.count = new ConnectionCount({ all: maxConnections, perPeer: maxConnectionsPerPeer }, this.allowance);
    this.tls =
      server.tls === undefined
        ? undefined
        : new WatchedKeyPair(parts, (pair) => this.keyPairListeners.forEach((use) => use(pair)));
    this.authenticate = authenticator(identities.identities, (peer) => this.door?.principalOf(peer));
    const { selectDeadlineMs, reportDeadlineMs, adminDeadlineMs } = limits;
    this.deadlinesMs = {
      select: selectDeadlineMs,
      report: reportDeadlineMs,
      read: adminDeadlineMs,
      admin: adminDeadlineMs,
    };
    this.interceptors = [
      gatekeeper({
        limits,
        refuses: (kind: Sheddable) => this.load.refuses(kind),
        onRefused: ({ code }) => this.refused.set(code, (this.refused.get(code) ?? 0) + 1),
        onReset: (peer) => this.door?.noteReset(peer),
      }),
    ];
  }

  /** @throws SextantError RATE_LIMITED */
  readonly takeDecisions = (principal: Principal, decisions: number): void =>
    this.rate.take(principal, decisions);

  /** Listens, and passes each connection on. @returns the port. @throws SettingError where it cannot be had. */
  listen(inject: (socket: Socket) => void): Promise<number> {
    const { config, identities, logger } = this.parts;
    const { host, port, tls } = config.server;
    const door = new FrontDoor({
      host,
      port,
      ...(this.tls !== undefined && {
        tls: { keyPair: this.tls.current, asksForCertificate: tls?.clientCaFile !== undefined },
      }),
      certificates: identities.certificates,
      count: this.count,
      allowance: this.allowance,
      inject,
      logger,
    });
    this.door = door;
    this.keyPairListeners.push((pair) => door.useKeyPair(pair));
    return door.listen();
  }

  /** The key pair, now and whenever another takes its place; nothing without TLS. */
  followKeyPair(use: (pair: KeyPair) => void): void {
    if (this.tls === undefined) return;
    use(this.tls.current);
    this.keyPairListeners.push(use);
  }

  view(): EdgeView {
    const { count, load, tls, parts } = this;
    return {
      connections: count.open,
      connectionsRefused: count.refused,
      callsRefused: this.refused,
      shedding: load.shedding,
      areTokenKeysRefused: parts.identities.areKeysRefused(),
      ...(tls !== undefined && { certificate: { notAfterMs: tls.current.notAfterMs, isStale: tls.isStale } }),
    };
  }

  /** Takes no more connections; those that stand go on. */
  stopListening(): void {
    this.door?.close();
  }

  close(): void {
    this.load.close();
    this.tls?.close();
    this.parts.identities.close();
  }
}

/** The server's key pair, read again when its files change. */
class WatchedKeyPair {
  private pair: KeyPair;
  private readonly watch: FilesWatch;

  constructor({ config, logger, nowMs }: EdgeParts, use: (pair: KeyPair) => void) {
    const tls = config.server.tls!;
    const paths = pathsOf(tls);
    const contents = readTlsFiles(tls);
    this.pair = keyPairOf(tls, contents, nowMs());
    const take = (changed: readonly Buffer[]): object => {
      const pair = keyPairOf(tls, changed, nowMs());
      use(pair);
      this.pair = pair;
      return { notAfter: new Date(pair.notAfterMs).toISOString(), fingerprint: pair.fingerprint };
    };
    this.watch = new FilesWatch({ what: 'certificate', paths, take, logger }, contents);
  }

  get current(): KeyPair {
    return this.pair;
  }

  get isStale(): boolean {
    return this.watch.isStale;
  }

  close(): void {
    this.watch.close();
  }
}
