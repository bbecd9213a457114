import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { PromotionStatus } from '../../src/gen/sextant/v1/promotion.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { goodCandidate, settingsFile } from './promotion-traffic.js';
import { refusalOf } from './refusal.js';

const SOON = { timeout: 60_000, interval: 100 };
let server: BuiltServer;
let acme: Sextant;
beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  acme = connect(server.address);
});
afterAll(() => acme.close());

const cli = (...arguments_: string[]) => runSextant([...arguments_, '--address', server.address]);
const statusOf = async (number = 0) => (await acme.getPromotion({ number })).promotion!.status;

test('what cannot be promoted is refused with the field or the reason', async () => {
  const { version } = await acme.activePolicy({});
  expect(await refusalOf(acme.startPromotion({ version }))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'PROMOTION_REFUSED',
    message: `${version.slice(0, 12)} is in force already`,
  });
  expect(await refusalOf(acme.startPromotion({}))).toMatchObject({ fields: ['version'] });
  expect(await refusalOf(acme.startPromotion({ version: 'f'.repeat(12) }))).toMatchObject({
    reason: 'UNKNOWN_POLICY',
  });
  const settings = { canary: { shares: [0.7], guardrails: [] }, shadow: { decisons: 3 } };
  const badSettings = await refusalOf(acme.startPromotion({ version, settings }));
  expect(badSettings).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELD' });
  expect([...badSettings.fields].sort()).toEqual([
    'settings.canary.guardrails',
    'settings.canary.shares[0]',
    'settings.shadow.decisons',
  ]);
  const expected = { version, expectedActiveVersion: 'e'.repeat(8) };
  expect(await refusalOf(acme.startPromotion(expected))).toMatchObject({ reason: 'POLICY_CHANGED' });
  expect(await refusalOf(acme.getPromotion({}))).toMatchObject({
    code: 'NOT_FOUND',
    reason: 'UNKNOWN_PROMOTION',
  });
  expect(await refusalOf(acme.abortPromotion({}))).toMatchObject({ reason: 'UNKNOWN_PROMOTION' });
});

test('a candidate with faults is refused with each at its line, and that is kept', async () => {
  const faulty = policyFolder(SOUND);
  editJson(faulty, 'bandit.json', (value) => ({ ...value, poolingStrength: 'much' }));
  const { code, stdout, stderr } = await cli('promote', faulty);
  expect(code).toBe(3);
  expect(stderr).toMatch(/bandit\.json:\d+:\d+.*poolingStrength/);
  expect(stdout).toMatch(/^check +failed +bandit\.json poolingStrength: must be number/m);
  const list = await cli('promote', '--list');
  expect(list.stdout).toMatch(/^1 +[0-9a-f]{12} +refused +check/m);
});

test('a dry run asks the log alone, and says where it is thin', async () => {
  const { code, stdout } = await cli('promote', goodCandidate(), '--dry-run');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^evaluation +skipped +there is no decision/m)]);
  expect(stdout).toMatch(/passed the dry run; [0-9a-f]{12} is in force as before$/m);
  expect(stdout).not.toContain('shadow');
  const strict = settingsFile({ onThinEvidence: 'fail' });
  expect((await cli('promote', goodCandidate(), '--dry-run', '--settings', strict)).code).toBe(3);
});

test('a second promotion waits for the first, which is aborted once', async () => {
  const { code, stdout } = await cli('promote', goodCandidate(), '--detach', '--reason', 'Friday');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^it goes on$/m)]);
  const { promotion } = await acme.getPromotion({});
  const second = await cli('promote', goodCandidate(7));
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/promotion \d+ of [0-9a-f]{12} is at its \w+: wait for its end, or abort it/);
  const gone = await cli('promote', '--abort', '--reason', 'not on a Friday');
  expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining(': not on a Friday;')]);
  expect(await statusOf(promotion!.number)).toBe(PromotionStatus.ABORTED);
  expect(await refusalOf(acme.abortPromotion({ number: promotion!.number }))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'PROMOTION_ENDED',
  });
  const { entries } = await acme.listAuditEntries({ pageSize: 10 });
  const end = entries.find(({ action }) => action === AuditAction.PROMOTION_ENDED);
  expect(end).toMatchObject({ target: promotion!.candidateVersion, reason: 'not on a Friday' });
});

test('a folder that changes in the midst of it overtakes it, by name', async () => {
  await acme.startPromotion({
    files: filesOf(await acme.getPolicyVersion({ version: (await acme.activePolicy({})).version })),
  });
  editJson(server.rulesPath, 'bandit.json', (value) => ({ ...value, poolingStrength: 5 }));
  await expect.poll(() => statusOf(), SOON).toBe(PromotionStatus.OVERTAKEN);
  const { version } = await acme.activePolicy({});
  const { promotion } = await acme.getPromotion({});
  expect(promotion!.endReason).toBe(`${version.slice(0, 12)} was taken in force meanwhile, by policy-folder`);
  expect((await acme.getShadow({})).shadow).toBeUndefined();
});

/** The version's files with one that changes nothing of what is decided. */
function filesOf({ files }: Awaited<ReturnType<Sextant['getPolicyVersion']>>) {
  return files.map(({ file, content }) => ({
    file,
    content: file === 'bandit.json' ? Buffer.concat([content, Buffer.from('\n\n')]) : content,
  }));
}
