import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import { SHIPPED_RULES } from '../builders/policy.js';

let mount: string;

beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'sextant-mount-'));
});
afterEach(() => rm(mount, { recursive: true }));

/** Publishes a version as kubelet does: a folder of its own, and a link that is turned to it in one step. */
async function publish(name: string, bandit: object): Promise<void> {
  const folder = join(mount, `..${name}`);
  await cp(SHIPPED_RULES, folder, { recursive: true });
  await writeFile(join(folder, 'bandit.json'), JSON.stringify(bandit));
  await symlink(`..${name}`, join(mount, '..data_tmp'));
  await rename(join(mount, '..data_tmp'), join(mount, '..data'));
}

it('a mounted ConfigMap is read from behind its link, once', async () => {
  await publish('one', { a: 1 });
  for (const entry of ['models.json', 'bandit.json', 'rules', 'budgets.json'])
    await symlink(`..data/${entry}`, join(mount, entry));
  const one = await readPolicyFolder(mount);
  expect(one.files.map(({ file }) => file)).toEqual(
    (await readPolicyFolder(join(mount, '..one'))).files.map(({ file }) => file),
  );
  expect(new Set(one.files.map(({ file }) => file)).size).toBe(one.files.length);

  await publish('two', { a: 2 });
  const two = await readPolicyFolder(mount);
  expect(two.version).not.toBe(one.version);
  expect(two.files.find(({ file }) => file === 'bandit.json')!.value).toEqual({ a: 2 });
});

it('a link that is turned in the midst of a read mixes no two versions', async () => {
  await publish('v0', { a: 0 });
  const versions = new Set<string>();
  const turn = async (): Promise<void> => {
    for (let i = 1; i <= 20; i++) await publish(`v${i}`, { a: i });
  };
  const turning = turn();
  let done = false;
  const end = turning.then(() => (done = true));
  const read: string[] = [];
  while (!done) read.push((await readPolicyFolder(mount)).version);
  await end;
  for (let i = 0; i <= 20; i++) versions.add((await readPolicyFolder(join(mount, `..v${i}`))).version);
  expect(read.filter((version) => !versions.has(version))).toEqual([]);
  expect(new Set(read).size).toBeGreaterThan(1);
});

it('a folder without such a link is read as it is, and one that is a link itself from behind it', async () => {
  await mkdir(join(mount, 'plain'));
  await writeFile(join(mount, 'plain/models.json'), '{}');
  await symlink('plain', join(mount, 'current'));
  const plain = await readPolicyFolder(join(mount, 'plain'));
  expect(await readPolicyFolder(join(mount, 'current'))).toEqual(plain);
  expect(plain.sources[0]!.bytes).toEqual(await readFile(join(mount, 'plain/models.json')));
});
