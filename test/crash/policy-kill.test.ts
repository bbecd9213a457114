import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { AuditAction, type AuditEntry } from '../../src/gen/sextant/v1/audit.js';
import { ModelOrigin, type Model } from '../../src/gen/sextant/v1/model.js';
import { startServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { editJson, policyFolder, SOUND } from '../e2e/policy-folder.js';

const KILLS = Number(process.env['SEXTANT_KILLS'] ?? 3);
const SEED = BigInt(process.env['SEXTANT_SEED'] ?? Date.now());
const ROUND_MS = { least: 20, most: 400 };

/** Names that no two changes share, so that each can be found in the audit log. */
let changes = 0;

/** Changes policy and models until the server is gone; gives the names of those that were acknowledged. */
async function churn(sextant: Sextant, versions: readonly string[], template: Model): Promise<string[]> {
  const acknowledged: string[] = [];
  /** Makes one change after another; a change gives whether it did anything. */
  const again = async (change: (name: string, n: number) => Promise<boolean>): Promise<void> => {
    for (let n = 0; ; n++) {
      const name = `acme/change-${++changes}`;
      if (await change(name, n)) acknowledged.push(name);
    }
  };
  const gone = (error: unknown): unknown => error;
  const policies = again(async (reason, n) => {
    if (n % 3 === 2) return (await sextant.unpinPolicy({ reason })).active!.pin === undefined;
    const { active } = await sextant.activatePolicyVersion({ version: versions[n % 3]!, reason });
    // To activate what is pinned already changes nothing.
    return active!.pin!.reason === reason;
  });
  const models = again(async (id, n) => {
    await sextant.createModel({ model: { ...template, id, aliases: [] } });
    if (n % 2 === 0) await sextant.deleteModel({ id });
    return true;
  });
  await Promise.all([policies.catch(gone), models.catch(gone)]);
  return acknowledged;
}

async function auditEntries(sextant: Sextant): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let pageToken = '';
  do {
    const page = await sextant.listAuditEntries({ pageSize: 1_000, pageToken });
    entries.push(...page.entries);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return entries.reverse();
}

/** What the entries lead to: the models made by RPC, the version in force, whether it is pinned. */
function replay(entries: readonly AuditEntry[]) {
  const models = new Set<string>();
  let policy = { version: '', pinned: false };
  for (const { action, target, after } of entries) {
    if (action === AuditAction.MODEL_CREATED) models.add(target);
    else if (action === AuditAction.MODEL_DELETED) models.delete(target);
    else {
      const { version, pinned } = JSON.parse(after!.json) as typeof policy;
      policy = { version, pinned };
    }
  }
  return { models: [...models].sort(), policy };
}

test(
  `what is in force is what the audit log says, after each of ${KILLS} kills amid changes`,
  async () => {
    const rng = rngFromSeed(SEED);
    const server = await startServer({ rulesPath: policyFolder(SOUND) });
    let sextant = connect(server.address);
    const { version: one } = await sextant.activePolicy({});
    editJson(server.rulesPath, 'bandit.json', (value) => ({ ...value, poolingStrength: 9 }));
    await expect
      .poll(async () => (await sextant.activePolicy({})).version, { timeout: 20_000 })
      .not.toBe(one);
    const { version: two } = await sextant.activePolicy({});
    const template = (await sextant.getModel({ id: SOUND[0] })).model!;

    const acknowledged: string[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      const where = `kill ${kill} of ${KILLS}, seed ${SEED}`;
      const churning = churn(sextant, [one, two], template);
      await sleep(ROUND_MS.least + rng() * (ROUND_MS.most - ROUND_MS.least));
      await server.kill();
      acknowledged.push(...(await churning));
      sextant.close();
      await server.restart();
      sextant = connect(server.address);

      const entries = await auditEntries(sextant);
      expect(
        entries.map(({ sequence }) => sequence),
        where,
      ).toEqual(entries.map((_, i) => BigInt(i + 1)));
      const told = new Set(entries.flatMap(({ target, reason }) => [target, reason]));
      const { version, pin } = await sextant.activePolicy({});
      const { models } = await sextant.listModels({ pageSize: 1_000 });
      const made = models.filter(({ origin }) => origin === ModelOrigin.RPC).map(({ id }) => id);
      expect({ models: made, policy: { version, pinned: pin !== undefined } }, where).toEqual(
        replay(entries),
      );
      expect(
        acknowledged.filter((name) => !told.has(name)),
        where,
      ).toEqual([]);
      const { versions } = await sextant.listPolicyVersions({});
      for (const kept of versions)
        expect((await sextant.getPolicyVersion({ version: kept.version })).files.length, where).toBe(
          kept.files.length,
        );
    }
    sextant.close();
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    console.log(`${KILLS} kills, ${acknowledged.length} changes acknowledged`);
  },
  30_000 + KILLS * 10_000,
);
