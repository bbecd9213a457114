import { policyFolderOf, type PolicyFolder, type PolicySource } from '../config/policy-files.js';
import type { Actor, AuditAction } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import { changedFiles, keptVersion, NO_HISTORY, type PolicyHistory } from '../core/policy/policy-history.js';
import type { DocumentChange, DocumentStore } from '../store/ports.js';
import type { AuditLog } from './audit-log.js';
import { available } from './available.js';
import { decodeHistory, decodeSources, encodeHistory, encodeSources } from './policy-document.js';

const POLICY_KIND = 'policy';
const HISTORY = 'history';
const FILES_KIND = 'policy-files';
const VERSION_MIN_DIGITS = 8;

/** One step of the history, and who takes it. */
export interface PolicyStep {
  readonly history: PolicyHistory;
  /** Files of the version in force after it. */
  readonly sources: readonly PolicySource[];
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly reason: string;
}

/** Owns what is kept of policies: the history, and every kept version's files. */
export class PolicyArchive {
  private current = NO_HISTORY;
  private revision = 0;

  private constructor(
    private readonly documents: DocumentStore,
    private readonly audit: AuditLog,
  ) {}

  /** @throws StoreError where the store cannot be read. */
  static async open(documents: DocumentStore, audit: AuditLog): Promise<PolicyArchive> {
    const archive = new PolicyArchive(documents, audit);
    const stored = await documents.get(POLICY_KIND, HISTORY);
    if (stored !== undefined) {
      archive.current = decodeHistory(stored.body);
      archive.revision = stored.revision;
    }
    return archive;
  }

  get history(): PolicyHistory {
    return this.current;
  }

  /** The kept version of this name, or with these first digits. @throws SextantError UNKNOWN_POLICY. */
  resolve(name: string): string {
    return versionNamed(this.current, name);
  }

  /** A kept version's files, read and parsed. @throws SextantError UNKNOWN_POLICY, STORE_UNAVAILABLE. */
  folder(version: string): Promise<PolicyFolder> {
    return keptFolder(this.documents, version);
  }

  /**
   * Makes a step durable together with its audit entry and the files that it brings and drops.
   * @throws SextantError STORE_UNAVAILABLE; nothing has changed here then.
   */
  async commit({ history, sources, actor, action, reason }: PolicyStep): Promise<void> {
    const changes: DocumentChange[] = [
      {
        kind: POLICY_KIND,
        name: HISTORY,
        expectedRevision: this.revision,
        body: encodeHistory(history),
      },
    ];
    const { activeVersion } = history;
    if (keptVersion(this.current, activeVersion) === undefined) {
      const body = encodeSources(sources);
      changes.push({ kind: FILES_KIND, name: activeVersion, expectedRevision: 0, body });
    }
    for (const { version } of this.current.versions) {
      if (keptVersion(history, version) === undefined)
        changes.push({ kind: FILES_KIND, name: version, expectedRevision: 1 });
    }
    const told = {
      actor,
      action,
      reason,
      target: activeVersion,
      policyVersion: activeVersion,
      ...(this.current.activeVersion !== '' && { before: toldOf(this.current) }),
      after: { ...toldOf(history), ...filesToldOf(this.current, history) },
    };
    if (!(await this.audit.record(told, changes))) {
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the history of policies');
    }
    this.current = history;
    this.revision += 1;
  }
}

async function keptFolder(documents: DocumentStore, version: string): Promise<PolicyFolder> {
  const stored = await available(documents.get(FILES_KIND, version));
  if (stored === undefined)
    throw new SextantError('UNKNOWN_POLICY', `no policy version "${version}" is kept`);
  const folder = policyFolderOf(decodeSources(stored.body));
  if (folder.version !== version) throw new Error(`the files kept as ${version} are ${folder.version}`);
  return folder;
}

/** The pinned version's files in the store of a stopped server, where one is pinned. @throws StoreError. */
export async function pinnedFolder(documents: DocumentStore): Promise<PolicyFolder | undefined> {
  const stored = await documents.get(POLICY_KIND, HISTORY);
  const history = stored && decodeHistory(stored.body);
  return history?.pin && keptFolder(documents, history.activeVersion);
}

/** A kept version in the store of a stopped server, by its name or first digits. @throws SextantError UNKNOWN_POLICY; StoreError. */
export async function folderNamed(documents: DocumentStore, name: string): Promise<PolicyFolder> {
  const stored = await documents.get(POLICY_KIND, HISTORY);
  const history = stored === undefined ? NO_HISTORY : decodeHistory(stored.body);
  return keptFolder(documents, versionNamed(history, name));
}

function versionNamed({ versions }: PolicyHistory, name: string): string {
  const found = versions.filter(({ version }) => isVersion(version, name));
  if (found.length === 1) return found[0]!.version;
  const digits = name.slice(0, 64);
  throw new SextantError(
    'UNKNOWN_POLICY',
    found.length === 0
      ? `no policy version "${digits}" is kept`
      : `"${digits}" begins ${found.length} versions: give more digits`,
  );
}

/** Whether a version is named, whole or by enough of its first digits. */
export const isVersion = (version: string, name: string): boolean =>
  version === name || (name.length >= VERSION_MIN_DIGITS && version.startsWith(name));

const toldOf = ({ activeVersion, pin }: PolicyHistory) => ({
  version: activeVersion,
  pinned: pin !== undefined,
});

const FILES_TOLD_MAX = 50;

/** Which files differ between the two versions in force; not more than an entry has room for. */
function filesToldOf(before: PolicyHistory, after: PolicyHistory): object {
  if (before.activeVersion === after.activeVersion || before.activeVersion === '') return {};
  const files = changedFiles(
    keptVersion(before, before.activeVersion)?.files ?? [],
    keptVersion(after, after.activeVersion)?.files ?? [],
  );
  const told = Object.entries(files).map(([kind, names]) => [kind, names.slice(0, FILES_TOLD_MAX)]);
  return { files: Object.fromEntries(told) as object };
}
