import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { listenError } from '../../config/setting-error.js';
import type { CertificatePrincipals } from '../../runtime/identity/certificate-principals.js';
import type { Principal } from '../../runtime/principals.js';
import type { ConnectionCount } from './connection-count.js';
import type { KeyPair } from './key-pair.js';
import type { PeerAllowance } from './peer-allowance.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface FrontDoorParts {
  readonly host: string;
  readonly port: number;
  /** Plain where absent. */
  readonly tls?: { readonly keyPair: KeyPair; readonly asksForCertificate: boolean };
  readonly certificates: CertificatePrincipals;
  readonly count: ConnectionCount;
  readonly allowance: PeerAllowance;
  /** What speaks HTTP/2 with a connection. */
  readonly inject: (socket: Socket) => void;
  readonly logger: Logger;
}

/**
 * The listening socket in front of gRPC: counts connections, speaks TLS, and knows whom a connection's certificate
 * names. grpc-js's own listener can do none of the three while it runs.
 */
export class FrontDoor {
  private readonly server: Server | TlsServer;
  /** By `address:port`, as gRPC names a peer. */
  private readonly certified = new Map<string, Principal>();
  private readonly sockets = new Map<string, Socket>();

  constructor(private readonly parts: FrontDoorParts) {
    const { tls } = parts;
    if (tls === undefined) {
      this.server = createTcpServer((socket) => {
        if (this.admit(socket)) this.pass(socket);
      });
    } else {
      const server = createTlsServer({
        ...tls.keyPair.context,
        ALPNProtocols: ['h2'],
        requestCert: tls.asksForCertificate,
        rejectUnauthorized: tls.asksForCertificate,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      });
      // Before the handshake, which is the dear part.
      server.prependListener('connection', (socket: Socket) => void this.admit(socket));
      server.on('secureConnection', (socket) => {
        this.identify(socket);
        this.pass(socket);
      });
      server.on('tlsClientError', (error, socket) => {
        parts.logger.debug({ reason: error.message, peer: socket.remoteAddress }, 'handshake failed');
      });
      this.server = server;
    }
  }

  /** @returns the port. @throws SettingError where it cannot be had. */
  listen(): Promise<number> {
    const { host, port } = this.parts;
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => reject(listenError({ section: 'server', host, port }, error));
      this.server.once('error', refuse);
      this.server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), () => {
        this.server.off('error', refuse);
        // Such as no file descriptor left: the next connection may find one.
        this.server.on('error', (error) => this.parts.logger.error({ err: error }, 'listening failed'));
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** New handshakes use it; connections that stand go on. */
  useKeyPair({ context }: KeyPair): void {
    (this.server as TlsServer).setSecureContext(context);
  }

  /** Whom the certificate of a peer, `address:port`, names. */
  principalOf(peer: string): Principal | undefined {
    return this.certified.get(peer);
  }

  /** A stream of a peer, `address:port`, was reset; a connection whose peer resets too many is cut. */
  noteReset(peer: string): void {
    const { allowance, logger } = this.parts;
    const socket = this.sockets.get(peer);
    if (socket === undefined || socket.destroyed) return;
    if (allowance.takeReset(socket.remoteAddress ?? '')) return;
    logger.warn({ peer }, 'too many streams are reset: the connection is cut');
    // Its socket, and not its HTTP/2 session: Node aborts where that is destroyed while it still reads resets.
    socket.destroy();
  }

  /** Takes no more connections. */
  close(): void {
    this.server.close();
  }

  private admit(socket: Socket): boolean {
    const { count, logger } = this.parts;
    const peer = socket.remoteAddress ?? '';
    if (!count.take(peer)) {
      logger.debug({ peer }, 'too many connections: one is refused');
      socket.destroy();
      return false;
    }
    const address = addressOf(socket);
    this.sockets.set(address, socket);
    socket.once('close', () => {
      this.sockets.delete(address);
      count.release(peer);
    });
    return true;
  }

  private pass(socket: Socket): void {
    // HTTP/2 has no listener for what fails before it is there.
    socket.on('error', (error) => this.parts.logger.debug({ reason: error.message }, 'connection failed'));
    this.parts.inject(socket);
  }

  private identify(socket: TLSSocket): void {
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    const principal = certificate === undefined ? undefined : this.parts.certificates.of(certificate);
    if (principal === undefined) return;
    const peer = addressOf(socket);
    this.certified.set(peer, principal);
    socket.once('close', () => this.certified.delete(peer));
  }
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
