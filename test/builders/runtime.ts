import { pino, type Logger } from 'pino';
import type { DecisionId } from '../../src/core/ids.js';
import type { Environment } from '../../src/runtime/environment.js';
import type { Actor } from '../../src/core/audit/audit-entry.js';
import { START_MS } from './learning.js';
import { AuditLog, type AuditLogOptions } from '../../src/runtime/audit-log.js';
import type { RuntimeOptions } from '../../src/runtime/runtime-options.js';
import { openRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';

import { evaluationInProcess } from './evaluation.js';
import { shadowInProcess } from './shadow.js';

export const silent: Logger = pino({ level: 'silent' });

/** A clock that stands until it is moved, and seeds and ids that count up. */
export interface FixedEnvironment extends Environment {
  timeMs: number;
}

export function fixedEnvironment(): FixedEnvironment {
  let seeds = 0n;
  let ids = 0;
  const environment: FixedEnvironment = {
    timeMs: START_MS,
    nowMs: () => environment.timeMs,
    newSeed: () => (seeds += 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn,
    newDecisionId: () => `01900000-0000-7000-8000-${(ids++).toString(16).padStart(12, '0')}` as DecisionId,
  };
  return environment;
}

/** An operator of a tenant. */
export const actor = (name: string, tenant = 'acme'): Actor => ({ name, tenant, roles: ['read', 'admin'] });

/** An audit log that keeps everything, on a clock that stands. */
export const openTestAudit = (
  options: Pick<AuditLogOptions, 'documents'> & Partial<AuditLogOptions>,
): Promise<AuditLog> =>
  AuditLog.open({
    logger: silent,
    nowMs: () => START_MS,
    retention: { maxEntries: 1000, keepMs: 86_400_000 },
    ...options,
  });

/** A runtime without a port, in memory and under a fixed environment, but for what a test says. */
export const openTestRuntime = (
  options: Pick<RuntimeOptions, 'policyFolder'> & Partial<RuntimeOptions>,
): Promise<Runtime> =>
  openRuntime({
    store: openMemoryStore(),
    keys: ephemeralTicketKeys(),
    environment: fixedEnvironment(),
    logger: silent,
    backupFolder: 'nowhere',
    watchPolicy: false,
    watchDrift: false,
    keepPolicyVersions: 100,
    auditRetention: { maxEntries: 1000, keepMs: 86_400_000 },
    ticketLifeSeconds: 3600,
    journal: { maxQueue: 100, maxBatch: 10 },
    reportsMatureMs: 3_600_000,
    snapshotEveryOutcomes: 1000,
    openShadow: shadowInProcess,
    openEvaluation: evaluationInProcess,
    onStoreFailure: () => undefined,
    ...options,
  });
