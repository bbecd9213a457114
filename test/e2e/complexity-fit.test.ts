import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runSextant, startServer } from './built-server.js';
import { connect } from './clients.js';
import { newFolder, policyFolder } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const REQUESTS = 480;
const USE_CASES = ['chat', 'sql', 'mail'];
const storePath = join(newFolder(), 'store');
const rulesPath = policyFolder();

/** Long requests go badly three times in four, short ones once in four. */
beforeAll(async () => {
  const server = await startServer({ storePath, rulesPath });
  const sextant = connect(server.address);
  for (let i = 0; i < REQUESTS; i++) {
    const long = Math.floor(i / 4) % 2 === 0;
    const fails = long ? i % 4 !== 0 : i % 4 === 0;
    const text = 'Tell me of the hills and the sea. '.repeat((long ? 20 : 1) + (i % 7));
    const { ticket } = await sextant.select(ask(USE_CASES[Math.floor(i / 8) % 3]!, text));
    await sextant.report({ ticket, attempts: [wentWell({ quality: fails ? 0 : 1 })] });
  }
  sextant.close();
  await server.stop();
});

const fit = (...more: string[]) =>
  runSextant(['complexity', 'fit', '--store', storePath, '--rules.path', rulesPath, ...more]);

test('a log of decisions and reported qualities is fitted, and the file is one that the server takes', async () => {
  const file = join(newFolder(), 'complexity.json');
  const { code, stdout, stderr } = await fit('--out', file);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`${REQUESTS} examples`);
  expect(stdout).toContain('families left out');
  expect(stdout).toContain(`Written to ${file}`);
});

test('a model without answers leaves nothing to fit to', async () => {
  const { code, stderr } = await fit('--models', 'nobody/nothing');
  expect(code).toBe(2);
  expect(stderr).toContain('0 examples are too few');
});
