import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activated,
  changedFiles,
  keptVersion,
  NO_HISTORY,
  rolledBack,
  unpinned,
  versionBefore,
  type Activation,
  type PolicyHistory,
} from '../../../src/core/policy/policy-history.js';

const by = { name: 'ann', tenant: 'acme', roles: ['admin'] };
let clock = 0;
const of = (version: string, more: Partial<Activation> = {}): Activation => ({
  version,
  files: [{ file: 'models.json', sizeBytes: 1, sha256: version }],
  timeMs: ++clock,
  by,
  keepVersions: 100,
  ...more,
});
const after = (...versions: string[]): PolicyHistory =>
  versions.reduce((history, version) => activated(history, of(version)), NO_HISTORY);
const back = (history: PolicyHistory) =>
  rolledBack(history, of(versionBefore(history)!, { pinReason: 'worse' }));

describe('rolling back', () => {
  it('goes one step back, and further back the next time', () => {
    const once = back(after('a', 'b', 'c'));
    expect(once).toMatchObject({ activeVersion: 'b', pin: { reason: 'worse', pinnedBy: by } });
    expect(back(once).activeVersion).toBe('a');
    expect(versionBefore(back(once))).toBeUndefined();
  });

  it('never leads to a version that a step has left, however often that was in force', () => {
    const once = back(after('z', 'a', 'b', 'a', 'b', 'a', 'c'));
    expect(once.activeVersion).toBe('a');
    const twice = back(once);
    expect(twice.activeVersion).toBe('b');
    const thrice = back(twice);
    expect(thrice.activeVersion).toBe('z');
    expect(versionBefore(thrice)).toBeUndefined();
  });

  it('may lead again to one that was left, once that took hold anew', () => {
    const again = ['a', 'c'].reduce(
      (history, version) => activated(history, of(version)),
      back(after('a', 'b', 'a')),
    );
    expect(versionBefore(again)).toBe('a');
  });

  it('leads to what was in force before, after another version took hold', () => {
    const again = activated(back(after('a', 'b', 'c')), of('d'));
    expect(again.pin).toBeUndefined();
    expect(versionBefore(again)).toBe('b');
  });

  it('has nowhere to go from the first version', () => {
    expect(versionBefore(NO_HISTORY)).toBeUndefined();
    expect(versionBefore(after('a'))).toBeUndefined();
    expect(versionBefore(after('a', 'a'))).toBeUndefined();
  });
});

describe('what is kept', () => {
  it('counts how often a version took hold, and remembers the first time', () => {
    const history = after('a', 'b', 'a');
    const kept = keptVersion(history, 'a')!;
    expect(kept.activationCount).toBe(2);
    expect(kept.firstActivateTimeMs).toBeLessThan(kept.activateTimeMs);
    expect(history.versions.map(({ version }) => version)).toEqual(['b', 'a']);
  });

  it('drops the versions that were in force longest ago, never the one in force', () => {
    const history = ['a', 'b', 'c', 'a', 'd'].reduce(
      (before, version) => activated(before, of(version, { keepVersions: 2 })),
      NO_HISTORY,
    );
    expect(history.versions.map(({ version }) => version)).toEqual(['a', 'd']);
    expect(history.lineage).toEqual(['a', 'd']);
  });

  it('keeps its invariants under any steps', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), version: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
      fc.constant({ kind: 'back' as const, version: '' }),
      fc.constant({ kind: 'unpin' as const, version: '' }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, keepVersions) => {
          let history = NO_HISTORY;
          let left = new Set<string>();
          for (const { kind, version } of steps) {
            const before = versionBefore(history);
            if (kind === 'take') history = activated(history, of(version, { keepVersions }));
            else if (kind === 'unpin') history = unpinned(history);
            else if (before !== undefined) {
              left.add(history.activeVersion);
              expect(left).not.toContain(before);
              history = rolledBack(history, of(before, { keepVersions, pinReason: '' }));
            }
            if (kind === 'take') left = new Set();
            if (history.activeVersion === '') continue;
            const kept = history.versions.map((each) => each.version);
            expect(kept.at(-1)).toBe(history.activeVersion);
            expect(new Set(kept).size).toBe(kept.length);
            expect(kept.length).toBeLessThanOrEqual(keepVersions);
            expect(history.lineage.at(-1)).toBe(history.activeVersion);
            expect(
              history.lineage.every((each, i) => kept.includes(each) && each !== history.lineage[i - 1]),
            ).toBe(true);
          }
        },
      ),
    );
  });
});

it('tells which files differ between two versions', () => {
  const file = (name: string, sha256: string) => ({ file: name, sizeBytes: 1, sha256 });
  const before = [file('a', '1'), file('b', '1'), file('c', '1')];
  const now = [file('a', '1'), file('b', '2'), file('d', '1')];
  expect(changedFiles(before, now)).toEqual({ added: ['d'], removed: ['c'], changed: ['b'] });
});
