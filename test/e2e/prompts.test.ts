import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PromptRecommendation } from '../../src/gen/sextant/v1/insight.js';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { PromptOrigin, PromptStatus } from '../../src/gen/sextant/v1/prompt.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const MODEL = 'google/gemini-2.5-flash';
const USE_CASE = 'support';
const MARKER = 'quagga-7391';

const FILE = {
  prompts: [
    {
      id: 'support.plain',
      useCase: USE_CASE,
      model: MODEL,
      system: `Be brief. ${MARKER}`,
      status: 'active',
    },
    {
      id: 'support.kind',
      useCase: USE_CASE,
      model: MODEL,
      system: 'You answer for {{product}} in a {{ tone }} voice, as {"json": {"a": 1}}.',
      parameters: { product: {}, tone: { default: 'friendly' } },
      status: 'active',
    },
    { id: 'support.draft', useCase: USE_CASE, model: MODEL, promptId: 'mine/7', status: 'draft' },
  ],
};

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder(SOUND);
  writeFileSync(join(rulesPath, 'prompts.json'), JSON.stringify(FILE));
  editJson(rulesPath, 'bandit.json', (value) => ({
    ...value,
    exploration: { floor: 0.001, newcomerShare: 0.5, newcomerPulls: 30 },
  }));
  server = await startServer({ rulesPath, settings: { 'log.level': 'debug' } });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

const PARAMETERS = { product: 'Acme Router' };
const asked = (useCase = USE_CASE) => ({
  ...ask(useCase),
  promptParameters: PARAMETERS,
  // One model, so that its variants are all there is.
  requirements: { providers: ['google'] },
});

async function chosen(): Promise<string> {
  const { choice } = await sextant.select(asked());
  return choice!.prompt?.variant ?? '';
}

async function shareOf(variant: string, selects = 60): Promise<number> {
  const names = await Promise.all(Array.from({ length: selects }, chosen));
  return names.filter((name) => name === variant).length / selects;
}

/** Rounds in which one variant answers well, and others mostly do not. */
async function learn(rounds: number, good: string): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    const { choice, ticket } = await sextant.select(asked());
    const isGood = choice!.prompt!.variant === good ? i % 10 !== 0 : i % 4 === 0;
    await sextant.report({
      ticket,
      attempts: [{ status: OutcomeStatus.SUCCESS, quality: isGood ? 1 : 0, costNanoUsd: 40_000n }],
    });
  }
}

const reviewed = async () => {
  const { reviews } = await sextant.reviewPrompts({ useCase: USE_CASE, model: MODEL });
  return new Map(reviews.map((review) => [review.variant, review]));
};

test('a decision brings the prompt with its parameters filled in, and fallbacks of other models', async () => {
  const seen = new Map<string, string>();
  for (let i = 0; i < 40 && seen.size < 2; i++) {
    const { choice } = await sextant.select(asked());
    const { variant, version, content, parameters } = choice!.prompt!;
    expect(version).toBe(1);
    seen.set(variant, content!.value);
    if (variant === 'support.kind') expect(parameters).toEqual({ product: 'Acme Router', tone: 'friendly' });
  }
  expect(seen).toEqual(
    new Map([
      ['support.plain', `Be brief. ${MARKER}`],
      ['support.kind', 'You answer for Acme Router in a friendly voice, as {"json": {"a": 1}}.'],
    ]),
  );
  const { choice, fallbacks } = await sextant.select({
    ...asked(),
    requirements: undefined,
    maxFallbacks: 4,
  });
  const models = [choice!, ...fallbacks].map(({ model }) => model);
  expect([...models].sort()).toEqual([...SOUND]);
  for (const { model, prompt } of [choice!, ...fallbacks]) expect(prompt !== undefined).toBe(model === MODEL);
  const elsewhere = await sextant.select(asked('another'));
  expect(elsewhere.choice!.prompt).toBeUndefined();
});

test('a required parameter that is missing is named, with the prompt that needs it', async () => {
  const refusal = await refusalOf(sextant.select({ ...asked(), promptParameters: { tone: 'curt' } }));
  expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['prompt_parameters["product"]'] });
  expect(refusal.message).toContain('support.kind');
  // Where no such prompt could be chosen, nothing is missing.
  const others = await sextant.select({ ...ask(USE_CASE), requirements: { providers: ['openai'] } });
  expect(others.choice!.prompt).toBeUndefined();
  const bad = { '1st': 'x', product: 'x'.repeat(5_000) };
  expect((await refusalOf(sextant.select({ ...asked(), promptParameters: bad }))).fields).toEqual([
    'prompt_parameters["1st"]',
    'prompt_parameters["product"]',
  ]);
});

test('an explanation names variants, and their probabilities sum to one', async () => {
  const { explanation } = await sextant.explain({ request: asked() });
  expect(explanation!.candidates.map(({ variant }) => variant).sort()).toEqual([
    'support.kind',
    'support.plain',
  ]);
  expect(explanation!.candidates.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
  const narrow = { ...asked(), requirements: { providers: ['nobody'] } };
  const { explanation: none } = await sextant.explain({ request: narrow });
  expect(
    none!.removals
      .filter(({ model }) => model === MODEL)
      .map(({ variant }) => variant)
      .sort(),
  ).toEqual(['support.kind', 'support.plain']);
  expect((await refusalOf(sextant.select(narrow))).message).toContain('none of 4');
});

test('the better variant takes the share, and the report names it', async () => {
  await learn(200, 'support.kind');
  expect(await shareOf('support.kind')).toBeGreaterThan(0.85);
  const reviews = await reviewed();
  const kind = reviews.get('support.kind')!;
  expect(kind).toMatchObject({ recommendation: PromptRecommendation.PROMOTE, status: PromptStatus.ACTIVE });
  expect(kind.lowQuality).toBeLessThan(kind.meanQuality);
  expect(kind.probabilityOfBest).toBeGreaterThan(0.95);
  expect(kind.meanCostNanoUsd).toBeCloseTo(40_000, 0);
  const plain = reviews.get('support.plain')!;
  expect(plain.recommendation).toBe(PromptRecommendation.RETIRE);
  expect(plain.expectedLoss).toBeGreaterThan(0.2);
  expect(reviews.get('support.draft')).toMatchObject({
    recommendation: PromptRecommendation.NONE,
    observations: 0,
    status: PromptStatus.DRAFT,
  });
  const { posteriors } = await sextant.listPosteriors({ useCase: USE_CASE });
  expect(new Set(posteriors.map(({ variant }) => variant))).toEqual(
    new Set(['support.kind', 'support.plain']),
  );
});

test('the command prints the report', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(PROJECT_ROOT, 'dist/cli/sextant.js'),
    ...['prompts', 'report', '--address', server.address, '--use-case', USE_CASE],
  ]);
  expect(stdout).toContain(`${USE_CASE} on ${MODEL}`);
  expect(stdout).toMatch(/support\.kind +active .* promote/);
  expect(stdout).toMatch(/support\.plain +active .* retire/);
});

test('a draft made by RPC is chosen once it is approved, and no more when it is retired', async () => {
  const draft = {
    id: 'support.short',
    useCase: USE_CASE,
    target: { $case: 'model' as const, value: MODEL },
    content: { $case: 'system' as const, value: `Answer {{product}} in one line. ${MARKER}` },
    parameters: { product: { description: 'what it is about' } },
  };
  const { prompt: created } = await sextant.createPrompt({ prompt: draft });
  expect(created).toMatchObject({ status: PromptStatus.DRAFT, origin: PromptOrigin.RPC, version: 1 });
  expect((await sextant.getPrompt({ id: 'support.short' })).prompt).toEqual(created);
  expect(await shareOf('support.short', 40)).toBe(0);

  const { prompt: approved } = await sextant.approvePrompt({ id: 'support.short', etag: created!.etag });
  expect(approved!.status).toBe(PromptStatus.ACTIVE);
  // A newcomer among known ones has its share of exploration.
  expect(await shareOf('support.short', 100)).toBeGreaterThan(0.2);
  const stale = { code: 'ABORTED', reason: 'STALE_ETAG' };
  expect(await refusalOf(sextant.retirePrompt({ id: 'support.short', etag: created!.etag }))).toMatchObject(
    stale,
  );
  await learn(60, 'support.kind');

  const listed = await sextant.listPrompts({ useCase: USE_CASE, statuses: [PromptStatus.ACTIVE] });
  expect(listed.prompts.map(({ id }) => id)).toEqual(['support.kind', 'support.plain', 'support.short']);
  await sextant.retirePrompt({ id: 'support.short' });
  expect(await shareOf('support.short', 40)).toBe(0);
});

test('prompts from the file are read-only, ids are taken once, and faults are named together', async () => {
  const readOnly = { code: 'FAILED_PRECONDITION', reason: 'PROMPT_READ_ONLY' };
  expect(await refusalOf(sextant.retirePrompt({ id: 'support.plain' }))).toMatchObject(readOnly);
  expect(await refusalOf(sextant.deletePrompt({ id: 'support.plain' }))).toMatchObject(readOnly);
  expect(await refusalOf(sextant.getPrompt({ id: 'nothing' }))).toMatchObject({ reason: 'UNKNOWN_PROMPT' });
  const taken = {
    id: 'support.plain',
    useCase: USE_CASE,
    content: { $case: 'promptId' as const, value: 'x' },
  };
  expect(await refusalOf(sextant.createPrompt({ prompt: taken }))).toMatchObject({
    code: 'ALREADY_EXISTS',
    reason: 'PROMPT_EXISTS',
  });
  const { fields, message } = await refusalOf(
    sextant.createPrompt({
      prompt: {
        id: 'Bad Id',
        useCase: '',
        target: { $case: 'model', value: 'acme/none' },
        content: { $case: 'system', value: `{{who}} {{#if}} ${MARKER}` },
        parameters: { whom: { defaultValue: 'x'.repeat(5_000) } },
      },
    }),
  );
  expect(fields).toEqual(
    expect.arrayContaining([
      'prompt.id',
      'prompt.use_case',
      'prompt.model',
      'prompt.system',
      'prompt.parameters["whom"].default_value',
    ]),
  );
  expect(message).not.toContain(MARKER);
});

test('a restart forgets nothing: the winner keeps its share, and prompts made by RPC their state', async () => {
  const before = await reviewed();
  const stored = await sextant.getPrompt({ id: 'support.short' });
  sextant.close();
  await server.restart();
  sextant = connect(server.address);
  expect(await sextant.getPrompt({ id: 'support.short' })).toEqual(stored);
  const after = await reviewed();
  for (const [id, { meanQuality, recommendation }] of before) {
    // Cached posteriors follow what others lend in steps; a restart makes them anew.
    expect(Math.abs(after.get(id)!.meanQuality - meanQuality)).toBeLessThan(0.02);
    expect(after.get(id)!.recommendation).toBe(recommendation);
  }
  expect(await shareOf('support.kind')).toBeGreaterThan(0.85);
  await sextant.deletePrompt({ id: 'support.short' });
  expect((await sextant.listPrompts({})).totalSize).toBe(3);
});

test('the text of a prompt is in no log line and in no ticket', async () => {
  const { ticket } = await sextant.select(asked());
  expect(Buffer.from(ticket).includes(MARKER)).toBe(false);
  expect(JSON.stringify(server.logs)).not.toContain(MARKER);
  expect(server.stderr).not.toContain(MARKER);
  const audited = server.logs
    .filter(({ audit, msg }) => audit === true && msg.startsWith('prompt '))
    .map(({ msg }) => msg);
  expect(audited).toEqual(['prompt created', 'prompt approved', 'prompt retired', 'prompt deleted']);
});
