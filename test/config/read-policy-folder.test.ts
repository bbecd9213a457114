import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/config/load-policy.js';
import { policyFolder } from '../builders/policy.js';

let folder: string;
beforeEach(async () => (folder = await policyFolder()));
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
async function faults(): Promise<string[]> {
  const { policy } = await loadPolicy(folder);
  return policy.ok ? [] : policy.faults.map(({ file, reason }) => `${file}: ${reason}`);
}

describe('a policy folder with what no policy has', () => {
  it('does not wait for a pipe, nor read a device', async () => {
    execFileSync('mkfifo', [at('rules/pipe.json')]);
    await symlink('/dev/zero', at('rules/zero.json'));
    expect(await faults()).toEqual([
      'rules/pipe.json: is no plain file',
      'rules/zero.json: is no plain file',
    ]);
  });

  it('follows no link to a folder, not even round in circles', async () => {
    await symlink('.', at('a'));
    await symlink('.', at('b'));
    await symlink('.', at('rules/c'));
    const reason = 'is a link to a folder, which is not followed';
    expect(await faults()).toEqual(['a', 'b', 'rules/c'].map((name) => `${name}: ${reason}`));
  });

  it('takes a link to a file, and names one that leads nowhere', async () => {
    await writeFile(at('rules/other'), '{"rules": []}');
    await symlink('other', at('rules/linked.json'));
    expect(await faults()).toEqual([]);
    await symlink('nowhere', at('rules/dangling.json'));
    expect(await faults()).toEqual(['rules/dangling.json: cannot be read: ENOENT']);
  });

  it('names a folder that is called like a file, and a file whose ending is in capitals', async () => {
    await mkdir(at('rules/folder.json'));
    await writeFile(at('rules/folder.json/in.json'), '{"rules": []}');
    await writeFile(at('rules/C.JSON'), '{"rules": []}');
    expect(await faults()).toEqual([
      'rules/C.JSON: is not a file that a policy has',
      'rules/folder.json/in.json: is not a file that a policy has',
    ]);
  });

  it('reads no more than 16 MiB in all, and no more than 1,000 files', async () => {
    for (let i = 0; i < 5; i++) {
      await writeFile(at(`rules/large${i}.json`), '');
      await truncate(at(`rules/large${i}.json`), 4 * 1024 * 1024);
    }
    expect(await faults()).toContain(
      'rules/large3.json: makes the folder larger than the 16777216 bytes that are read',
    );
    for (let i = 0; i < 5; i++) await rm(at(`rules/large${i}.json`));
    await mkdir(at('tests'), { recursive: true });
    for (let i = 0; i < 1_000; i++) await writeFile(at(`tests/${i}.json`), '{"fixtures": []}');
    expect((await faults()).join()).toContain('comes after 1000 others; no more are read');
  });

  it('is no policy without a rule file: a mounted folder that lost its rules must not take hold', async () => {
    await rm(at('rules'), { recursive: true });
    expect(await faults()).toEqual(['rules: has no rule file']);
  });

  it('names every file that is missing at once', async () => {
    for (const file of ['models.json', 'priors.json', 'tenants.json', 'bandit.json']) await rm(at(file));
    expect((await faults()).sort()).toEqual(
      ['bandit', 'models', 'priors', 'tenants'].map((name) => `${name}.json: is missing`),
    );
  });
});
