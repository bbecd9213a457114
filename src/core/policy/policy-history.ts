import type { Actor } from '../audit/audit-entry.js';

/** One file of a version, without its content. */
export interface PolicyFileSummary {
  readonly file: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A version that was in force, and is kept. */
export interface KeptVersion {
  readonly version: string;
  readonly files: readonly PolicyFileSummary[];
  readonly firstActivateTimeMs: number;
  readonly activateTimeMs: number;
  readonly activatedBy: Actor;
  readonly activationCount: number;
}

export interface PolicyPin {
  readonly pinTimeMs: number;
  readonly pinnedBy: Actor;
  readonly reason: string;
}

/**
 * Which policy is in force, which were, and how that came about. A value: every change gives another.
 *
 * Invariants: the version in force is among the kept ones, and at the end of the lineage; the lineage
 * names kept versions alone, and never one twice in a row.
 */
export interface PolicyHistory {
  /** Empty before the first. */
  readonly activeVersion: string;
  /** Present where the version in force does not follow the folder. */
  readonly pin?: PolicyPin;
  /** The one that was taken in force last is at the end. */
  readonly versions: readonly KeptVersion[];
  /** The way to the version in force, without those that a rollback left; rolling back goes one step back on it. */
  readonly lineage: readonly string[];
}

export const NO_HISTORY: PolicyHistory = { activeVersion: '', versions: [], lineage: [] };

/** A version that is taken in force. */
export interface Activation {
  readonly version: string;
  readonly files: readonly PolicyFileSummary[];
  readonly timeMs: number;
  readonly by: Actor;
  /** Why it is pinned; absent where it follows the folder. */
  readonly pinReason?: string;
  /** How many versions are kept, the one in force among them. */
  readonly keepVersions: number;
}

/** A version takes hold: it is the lineage's new end. */
export function activated(history: PolicyHistory, activation: Activation): PolicyHistory {
  const { lineage, activeVersion } = history;
  const next = activation.version === activeVersion ? lineage : [...lineage, activation.version];
  return takenInForce(history, activation, next);
}

/**
 * The version before takes hold: the lineage ends there, so that the next step goes further back. The one that is left
 * goes out of all of it: it may have been in force earlier too, and steps must not lead back to it.
 */
export function rolledBack(history: PolicyHistory, activation: Activation): PolicyHistory {
  const { lineage, activeVersion } = history;
  return takenInForce(
    history,
    activation,
    lineage.filter((version) => version !== activeVersion),
  );
}

/** The version that rolling back leads to, or `undefined` where there was none before. */
export const versionBefore = (history: PolicyHistory): string | undefined => history.lineage.at(-2);

/** The pin is let go, and the version in force stays. */
export function unpinned({ activeVersion, versions, lineage }: PolicyHistory): PolicyHistory {
  return { activeVersion, versions, lineage };
}

export const keptVersion = (history: PolicyHistory, version: string): KeptVersion | undefined =>
  history.versions.find((kept) => kept.version === version);

function takenInForce(
  history: PolicyHistory,
  { version, files, timeMs, by, pinReason, keepVersions }: Activation,
  lineage: readonly string[],
): PolicyHistory {
  const known = keptVersion(history, version);
  const entry: KeptVersion = {
    version,
    files,
    firstActivateTimeMs: known?.firstActivateTimeMs ?? timeMs,
    activateTimeMs: timeMs,
    activatedBy: by,
    activationCount: (known?.activationCount ?? 0) + 1,
  };
  const others = history.versions.filter((kept) => kept.version !== version);
  // The one in force is at the end, so that it is never the one that is dropped.
  const versions = [...others, entry].slice(-Math.max(keepVersions, 1));
  const kept = new Set(versions.map((each) => each.version));
  return {
    activeVersion: version,
    ...(pinReason !== undefined && { pin: { pinTimeMs: timeMs, pinnedBy: by, reason: pinReason } }),
    versions,
    lineage: withoutRepeats(lineage.filter((each) => kept.has(each))).slice(-LINEAGE_MAX),
  };
}

/** Nobody goes back further by steps; a version can be named. */
const LINEAGE_MAX = 100;

const withoutRepeats = (lineage: readonly string[]): readonly string[] =>
  lineage.filter((version, i) => version !== lineage[i - 1]);

/** Names of the files that differ between two versions, by what became of them. */
export function changedFiles(
  before: readonly PolicyFileSummary[],
  after: readonly PolicyFileSummary[],
): { readonly added: string[]; readonly removed: string[]; readonly changed: string[] } {
  const former = new Map(before.map(({ file, sha256 }) => [file, sha256]));
  const later = new Set(after.map(({ file }) => file));
  const namesOf = (files: readonly PolicyFileSummary[]): string[] => files.map(({ file }) => file);
  return {
    added: namesOf(after.filter(({ file }) => !former.has(file))),
    removed: namesOf(before.filter(({ file }) => !later.has(file))),
    changed: namesOf(after.filter(({ file, sha256 }) => former.has(file) && former.get(file) !== sha256)),
  };
}
