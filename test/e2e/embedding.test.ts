import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const LENGTH = 24;
const STRONG = SOUND[0];
let sextant: Sextant;

function rulesWith(embedding: object): string {
  const rulesPath = policyFolder(SOUND);
  writeFileSync(join(rulesPath, 'embedding.json'), JSON.stringify(embedding));
  editJson(rulesPath, 'bandit.json', (value) => ({
    ...value,
    weights: { quality: 1, cost: 0, latency: 0 },
  }));
  return rulesPath;
}

beforeAll(async () => {
  const rulesPath = rulesWith({ reduction: 'projection', dimensions: 8 });
  sextant = connect((await startServer({ rulesPath, storePath: join(newFolder(), 'store') })).address);
});
afterAll(() => sextant.close());

/** One of two topics, with a little of its own, so that no two requests are alike. */
function embeddingOf(topic: 0 | 1, number: number): number[] {
  return Array.from(
    { length: LENGTH },
    (_, i) => (i % 2 === topic ? 1 : -1) + 0.3 * Math.sin(number * 7 + i),
  );
}

const askAbout = (topic: 0 | 1, number: number) => ({
  useCase: 'topics',
  input: { ...ask('topics', 'the same words').input, embedding: embeddingOf(topic, number) },
});

test('requests with the same words are told apart by their embeddings', async () => {
  const requests = 240;
  let [right, asked] = [0, 0];
  for (let i = 0; i < requests; i++) {
    const topic = i % 3 === 0 ? 0 : 1;
    const { choice, ticket } = await sextant.select(askAbout(topic, i));
    const isStrong = choice!.model === STRONG;
    const quality = isStrong === (topic === 0) ? 0.9 : 0.2;
    await sextant.report({ ticket, attempts: [wentWell({ quality })] });
    if (i < requests / 2) continue;
    asked += 1;
    if (isStrong === (topic === 0)) right += 1;
  }
  expect(right / asked).toBeGreaterThan(0.8);
});

test('an embedding that is not finite or too long is refused by its field', async () => {
  const embedding = Array<number>(8_193).fill(0);
  embedding[3] = Number.NaN;
  const { fields } = await refusalOf(
    sextant.select({ useCase: 'topics', input: { ...ask('topics').input, embedding } }),
  );
  expect(fields).toEqual(['input.embedding', 'input.embedding[3]']);
});

test('one of another length than the policy’s components is refused with theirs', async () => {
  const rulesPath = rulesWith({ reduction: 'pca', mean: [0, 0, 0], components: [[1, 1, 1]] });
  const other = connect((await startServer({ rulesPath })).address);
  const withEmbedding = (embedding: number[]) => ({
    useCase: 'topics',
    input: { ...ask('topics').input, embedding },
  });
  try {
    const { fields, message } = await refusalOf(other.select(withEmbedding([1, 2])));
    expect(fields).toEqual(['input.embedding']);
    expect(message).toContain('the 3 numbers');
    expect((await other.select(withEmbedding([1, 2, 3]))).choice?.model).toBeTruthy();
    expect((await other.select(ask('topics'))).choice?.model).toBeTruthy();
  } finally {
    other.close();
  }
});
