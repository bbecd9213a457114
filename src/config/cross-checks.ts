import { normalize, sep } from 'node:path';
import { isLoopback } from './bind.js';
import { authIsRequired, type Config } from './config.js';

/** A fault between settings that are each right by themselves. */
export interface Conflict {
  /** The setting to change. */
  readonly path: string;
  /** The setting that it clashes with, to be named where `path` only has its default. */
  readonly other?: string;
  readonly reason: string;
  readonly suggestion?: string;
}

function tlsConflicts({ server }: Config): Conflict[] {
  // Types say that both are there, but file and environment may each have given one half.
  const tls: Partial<Config['server']['tls']> = server.tls;
  if (tls === undefined) return [];
  return (['certFile', 'keyFile'] as const)
    .filter((file) => tls[file] === undefined)
    .map((file) => ({ path: `server.tls.${file}`, reason: 'is required where server.tls is given' }));
}

function bindConflicts({ server, admin, auth }: Config): Conflict[] {
  const conflicts: Conflict[] = [];
  const secured = server.tls !== undefined && authIsRequired(auth);
  if (!isLoopback(server.host) && !secured && !server.allowInsecureRemote) {
    conflicts.push({
      path: 'server.host',
      reason: `${server.host} can be reached from other machines, without TLS and auth`,
      suggestion: 'give server.tls and auth, or set server.allowInsecureRemote: true',
    });
  }
  if (admin.enabled && !isLoopback(admin.host) && !admin.allowInsecureRemote) {
    conflicts.push({
      path: 'admin.host',
      reason: `${admin.host} can be reached from other machines, and ${admin.tls ? 'metrics ask for no login' : 'this port has no TLS, and metrics ask for no login'}`,
      suggestion: 'set admin.allowInsecureRemote: true where the network keeps strangers out',
    });
  }
  if (admin.enabled && admin.tls && server.tls === undefined) {
    const reason = 'is of the files of server.tls, which are not given';
    conflicts.push({ path: 'admin.tls', other: 'server.tls', reason });
  }
  return conflicts;
}

function portConflicts({ server, admin }: Config): Conflict[] {
  if (!admin.enabled || admin.port === 0 || admin.port !== server.port) return [];
  const reason = `${admin.port} is both server.port and admin.port; each needs its own`;
  return [{ path: 'admin.port', other: 'server.port', reason }];
}

function limitConflicts({ server, reports }: Config): Conflict[] {
  const conflicts: Conflict[] = [];
  if (server.maxSelectBytes > server.maxMessageBytes) {
    conflicts.push({
      path: 'server.maxSelectBytes',
      other: 'server.maxMessageBytes',
      reason: `maxSelectBytes, ${server.maxSelectBytes}, is more than maxMessageBytes, ${server.maxMessageBytes}`,
    });
  }
  if (reports.maxBatch > reports.maxQueue) {
    conflicts.push({
      path: 'reports.maxBatch',
      other: 'reports.maxQueue',
      reason: `maxBatch, ${reports.maxBatch}, is more than maxQueue, ${reports.maxQueue}`,
    });
  }
  return conflicts;
}

function tokenConflicts({ auth }: Config): Conflict[] {
  const first = new Map<string, number>();
  return auth.tokens.flatMap(({ sha256 }, index) => {
    const earlier = first.get(sha256);
    if (earlier === undefined) {
      first.set(sha256, index);
      return [];
    }
    return [{ path: `auth.tokens[${index}].sha256`, reason: `is the token of auth.tokens[${earlier}]` }];
  });
}

/** By how they are written: nothing here knows the working directory. */
function isInside(path: string, folder: string): boolean {
  const spelt = (name: string): string => `${normalize(name).replace(/[/\\]+$/, '')}${sep}`;
  return spelt(path).startsWith(spelt(folder));
}

/** The store is all that may be in its folder. */
function storeFolderConflicts({ store, tickets, backup }: Config): Conflict[] {
  if (store.adapter !== 'level') return [];
  const conflicts: Conflict[] = [];
  if (isInside(tickets.keyFile, store.path)) {
    const reason = `${tickets.keyFile} is inside store.path; keep keys beside it`;
    conflicts.push({ path: 'tickets.keyFile', reason });
  }
  if (isInside(backup.path, store.path)) {
    const reason = `${backup.path} is inside store.path; keep backups beside it`;
    conflicts.push({ path: 'backup.path', other: 'store.path', reason });
  }
  return conflicts;
}

function certificateConflicts({ auth, server }: Config): Conflict[] {
  const conflicts: Conflict[] = [];
  if (auth.certificates.length > 0 && server.tls?.clientCaFile === undefined) {
    conflicts.push({
      path: 'auth.certificates',
      reason: 'clients are not asked for a certificate',
      suggestion: 'give server.tls.clientCaFile',
    });
  }
  const first = new Map<string, number>();
  auth.certificates.forEach(({ san }, index) => {
    const earlier = first.get(san);
    if (earlier === undefined) first.set(san, index);
    else
      conflicts.push({
        path: `auth.certificates[${index}].san`,
        reason: `is that of auth.certificates[${earlier}]`,
      });
  });
  return conflicts;
}

function jwtConflicts({ auth }: Config): Conflict[] {
  // Types say that both are there, but file and environment may each have given one half.
  const jwt: Partial<Config['auth']['jwt']> = auth.jwt;
  if (jwt === undefined) return [];
  const conflicts: Conflict[] = (['issuer', 'audience'] as const)
    .filter((claim) => jwt[claim] === undefined)
    .map((claim) => ({ path: `auth.jwt.${claim}`, reason: 'is required where auth.jwt is given' }));
  if ((jwt.jwksFile === undefined) === (jwt.jwksUrl === undefined)) {
    const reason = 'needs one of jwksFile and jwksUrl';
    conflicts.push({ path: 'auth.jwt', reason });
  }
  return conflicts;
}

function connectionConflicts({ limits }: Config): Conflict[] {
  const { maxConnections, maxConnectionsPerPeer } = limits;
  if (maxConnectionsPerPeer <= maxConnections) return [];
  const reason = `maxConnectionsPerPeer, ${maxConnectionsPerPeer}, is more than maxConnections, ${maxConnections}`;
  return [{ path: 'limits.maxConnectionsPerPeer', other: 'limits.maxConnections', reason }];
}

/** Everything that a schema cannot say about a configuration. */
export function conflictsOf(config: Config): Conflict[] {
  return [
    ...tlsConflicts(config),
    ...bindConflicts(config),
    ...portConflicts(config),
    ...limitConflicts(config),
    ...tokenConflicts(config),
    ...storeFolderConflicts(config),
    ...certificateConflicts(config),
    ...jwtConflicts(config),
    ...connectionConflicts(config),
  ];
}
