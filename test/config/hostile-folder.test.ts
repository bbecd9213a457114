import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFolder } from '../../src/cli/check-folder.js';
import { policyFolder } from '../builders/policy.js';

let folder: string;
beforeAll(async () => {
  folder = await policyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const FILE = 'rules/test.json';
const faultsWith = async (content: string | Uint8Array): Promise<string[]> => {
  await writeFile(join(folder, FILE), content);
  const { faults, warnings } = await checkFolder(folder);
  return [...faults, ...warnings.filter(({ code }) => code === 'duplicate-key')].map(
    ({ file, line, path, reason }) => `${file}:${line ?? '-'} ${path}: ${reason}`,
  );
};
const LEAF = '{"fact": "request", "path": "$.useCase", "operator": "equal", "value": "a"}';
const ruleOn = (condition: string) =>
  `{"rules": [{"name": "r", "conditions": {"all": [${condition}]}, "event": {"type": "reject", "params": {"reason": "x"}}}]}`;

describe('a policy folder that holds', () => {
  it('a file of 10 MB: refused unread', async () => {
    expect(await faultsWith(Buffer.alloc(10 * 1024 * 1024, 0x20))).toEqual([
      `${FILE}:- $: has 10485760 bytes; at most 4194304 are read`,
    ]);
  });

  it('bytes that are no UTF-8', async () => {
    expect(await faultsWith(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d))).toEqual([
      expect.stringContaining('is not valid UTF-8'),
    ]);
  });

  it('half a file, wherever it was cut', async () => {
    const whole = ruleOn(LEAF);
    for (const cut of [1, 20, 60, whole.length - 1]) {
      const found = await faultsWith(whole.slice(0, cut));
      expect(found).toEqual([expect.stringMatching(/^rules\/test\.json:[1-9-]\d* \$: is not valid JSON/)]);
    }
  });

  it('nothing, or nothing but blanks', async () => {
    for (const text of ['', ' \n', '\ufeff'])
      expect(await faultsWith(text)).toEqual([`${FILE}:- $: is empty`]);
  });

  it('lists or objects in each other a million deep', async () => {
    expect(await faultsWith(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)).toEqual([
      `${FILE}:1 $: must be an object`,
    ]);
    const conditions = `${'{"not": '.repeat(300_000)}${LEAF}${'}'.repeat(300_000)}`;
    expect(await faultsWith(ruleOn(conditions))).toEqual([expect.stringContaining('nested deeper than 32')]);
  });

  it('a cycle of named conditions', async () => {
    const text = `{"conditions": {"a": {"condition": "b"},\n"b": {"not": {"condition": "a"}}}, "rules": []}`;
    expect(await faultsWith(text)).toEqual([`${FILE}:2 conditions.b: refers to itself: a → b → a`]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s as a fact, an operator, a member, an event or a condition',
    async (name) => {
      const leaf = (over: object) => JSON.stringify({ ...(JSON.parse(LEAF) as object), ...over });
      for (const condition of [
        leaf({ fact: name }),
        leaf({ operator: name }),
        leaf({ operator: `${name}:equal` }),
        leaf({ path: `$.${name}` }),
        `{"condition": "${name}"}`,
        `{"${name}": []}`,
      ]) {
        expect(await faultsWith(ruleOn(condition))).not.toEqual([]);
      }
      expect(await faultsWith(ruleOn(LEAF).replace('"reject"', `"${name}"`))).not.toEqual([]);
      expect(({} as Record<string, unknown>)['reason']).toBeUndefined();
    },
  );

  it.each([
    '$..useCase',
    '$.attributes[?(@.a)]',
    '$.attributes[(process.exit())]',
    '$.attributes[*]',
    '$.attributes[0:1]',
    '$.attributes.__proto__.polluted',
    '$.attributes["constructor"]["constructor"]',
    'useCase',
    `$${'.a'.repeat(200)}`,
  ])('the path %s', async (path) => {
    const leaf = LEAF.replace('"$.useCase"', JSON.stringify(path));
    expect(await faultsWith(ruleOn(leaf))).toEqual([
      expect.stringMatching(/^rules\/test\.json:1 rules\[0\]\.conditions\.all\[0\]\.path: /),
    ]);
  });

  it('a rule twice under one key, or a text of many megabytes', async () => {
    expect(await faultsWith(ruleOn(LEAF).replace('"name": "r"', '"name": "r", "name": "s"'))).toEqual([
      `${FILE}:1 rules[0].name: stands in line 1 already, which is passed over`,
    ]);
    const long = LEAF.replace('"a"', `"${'a'.repeat(3_000_000)}"`);
    expect(await faultsWith(ruleOn(long))).toEqual([
      expect.stringContaining('is longer than 1024 characters'),
    ]);
  });

  it('nothing wrong after all of these: the folder is sound again', async () => {
    expect(await faultsWith(ruleOn(LEAF))).toEqual([]);
  });
});

it('a folder without files names every file that is missing', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'sextant-empty-'));
  const { faults } = await checkFolder(empty);
  await rm(empty, { recursive: true });
  expect(faults.map(({ file, reason }) => `${file} ${reason}`).sort()).toEqual([
    'bandit.json is missing',
    'budgets.json is missing',
    'complexity.json is missing',
    'models.json is missing',
    'priors.json is missing',
    'rules has no rule file',
    'tenants.json is missing',
  ]);
});
