import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { Modality } from '../../src/gen/sextant/v1/model.js';
import { TokenCountSource } from '../../src/gen/sextant/v1/request.js';
import { CostComponent, type ModelCost } from '../../src/gen/sextant/v1/selection.js';
import { startServer, type BuiltServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const MODEL = 'google/gemini-2.5-flash';
const USE_CASE = 'letters';
/** An answer of this server's model: tokens, of them thinking, and times. */
const ANSWER = { outputTokens: 1200n, reasoningTokens: 900n };
const FIRST_TOKEN_MS = 400;
const PER_TOKEN_MS = 5;

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder(SOUND);
  editJson(rulesPath, 'bandit.json', (value) => ({ ...value, policy: 'fixed', fixedModel: MODEL }));
  server = await startServer({ rulesPath });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

const estimateOf = async (): Promise<ModelCost> => {
  const { costs } = await sextant.estimateCost({
    input: ask(USE_CASE).input,
    useCase: USE_CASE,
    model: MODEL,
  });
  return costs[0]!;
};
const ms = (duration: { seconds: bigint; nanos: number } | undefined): number =>
  Number(duration!.seconds) * 1000 + duration!.nanos / 1e6;

/** One call whose prompt the model counts as half as long again as Sextant does. */
async function call(): Promise<void> {
  const { ticket, choice, profile } = await sextant.select(ask(USE_CASE));
  expect(choice!.model).toBe(MODEL);
  const inputTokens = (profile!.inputTokens * 3n) / 2n;
  const latencyMs = FIRST_TOKEN_MS + PER_TOKEN_MS * (Number(ANSWER.outputTokens) - 1);
  await sextant.report({
    ticket,
    attempts: [
      {
        status: OutcomeStatus.SUCCESS,
        usage: { inputTokens, ...ANSWER },
        latency: { seconds: BigInt(Math.floor(latencyMs / 1000)), nanos: (latencyMs % 1000) * 1e6 },
        timeToFirstToken: { nanos: FIRST_TOKEN_MS * 1e6 },
      },
    ],
  });
}

describe('an estimate of cost', () => {
  test('before any report is the prior’s, in parts that sum to it', async () => {
    const { cost, parts, observations, calibration } = await estimateOf();
    expect(observations).toBe(0);
    expect(calibration).toBeUndefined();
    const sum = parts.reduce((total, { nanoUsd }) => total + nanoUsd, 0);
    expect(Math.abs(sum - Number(cost!.meanNanoUsd))).toBeLessThanOrEqual(1);
    expect(parts.map(({ component }) => component)).toContain(CostComponent.REASONING);
    expect(cost!.lowNanoUsd).toBeLessThan(cost!.medianNanoUsd);
    expect(cost!.medianNanoUsd).toBeLessThan(cost!.highNanoUsd);
  });

  test('is what Select expects, and follows reports: lengths, prompts, thinking and times', async () => {
    const before = await estimateOf();
    for (let i = 0; i < 60; i++) await call();
    const after = await estimateOf();
    const { choice } = await sextant.select(ask(USE_CASE));
    expect(Math.abs(Number(choice!.cost!.meanNanoUsd - after.cost!.meanNanoUsd))).toBeLessThanOrEqual(1);
    expect(after.observations).toBeCloseTo(60, 0);
    expect(after.outputTokens!.p50 / 1200).toBeCloseTo(1, 0);
    expect(Math.abs(after.thinkingTokens!.p50 / 900 - 1)).toBeLessThan(0.2);
    expect(Math.abs(ms(after.timeToFirstToken!.p50) / FIRST_TOKEN_MS - 1)).toBeLessThan(0.2);
    expect(Math.abs(ms(after.timePerOutputToken!.p50) / PER_TOKEN_MS - 1)).toBeLessThan(0.2);
    const prompts = Number(after.cost!.inputTokens) / Number(before.cost!.inputTokens);
    expect(prompts).toBeGreaterThan(1.3);
    expect(prompts).toBeLessThan(1.6);
    const [narrow, wide] = [after, before].map(
      ({ cost }) => Number(cost!.highNanoUsd) / Number(cost!.lowNanoUsd),
    );
    expect(narrow!).toBeLessThan(wide! / 3);
  });

  test('is judged by what was paid, in the answer and on the metrics page', async () => {
    const { calibration } = await estimateOf();
    expect(calibration!.outcomes).toBeCloseTo(60, 0);
    expect(calibration!.actualToExpected).toBeGreaterThan(0.3);
    expect(calibration!.intervalCoverage).toBeGreaterThan(0.5);
    const page = await metricsOf(server);
    for (const name of [
      'actual_to_expected_ratio',
      'interval_coverage',
      'above_interval',
      'estimates_compared',
    ]) {
      expect(page).toMatch(new RegExp(`^sextant_cost_${name}\\{model="${MODEL}"\\} [\\d.]+`, 'm'));
    }
  });

  test('takes cached, written and tool parts at their own price, and refuses more of them than prompt', async () => {
    const input = { complexity: {}, inputTokens: 10_000n };
    const plain = (await sextant.estimateCost({ input, model: MODEL })).costs[0]!;
    const cached = (await sextant.estimateCost({ input, model: MODEL, cachedInputTokens: 9_000n })).costs[0]!;
    expect(cached.cost!.meanNanoUsd).toBeLessThan(plain.cost!.meanNanoUsd);
    const part = cached.parts.find(({ component }) => component === CostComponent.CACHED_INPUT);
    expect(part!.quantity).toBe(9_000);
    const refused = await refusalOf(
      sextant.estimateCost({ input, model: MODEL, cachedInputTokens: 9_000n, cacheWriteTokens: 1_001n }),
    );
    expect(refused.fields).toEqual(['cached_input_tokens']);
  });

  test('refuses more cached or written tokens than a text was counted as, and takes as many', async () => {
    const input = { content: { $case: 'text' as const, value: 'Dear Sir or Madam, '.repeat(50) } };
    // Of a model that nothing was reported of: its prompts are as counted.
    const asked = { input, model: SOUND.find((id) => id !== MODEL)! };
    const counted = (await sextant.estimateCost(asked)).costs[0]!.cost!.inputTokens;
    expect(counted).toBeGreaterThan(10n);
    expect((await sextant.estimateCost({ ...asked, cachedInputTokens: counted })).costs).toHaveLength(1);
    const refused = await refusalOf(sextant.estimateCost({ ...asked, cachedInputTokens: counted + 1n }));
    expect(refused.fields).toEqual(['cached_input_tokens']);
    const written = await refusalOf(
      sextant.estimateCost({ ...asked, cachedInputTokens: 0n, cacheWrite1hTokens: counted + 1n }),
    );
    expect(written.fields).toEqual(['cache_write_1h_tokens']);
    expect(written.message).toContain('input.input_tokens');
  });

  test('counts images by the model’s rule where the caller did not count', async () => {
    const text = { content: { $case: 'text' as const, value: 'What is on this picture?' } };
    const cost = async (images: { widthPx: number; heightPx: number }[]): Promise<ModelCost> =>
      (
        await sextant.estimateCost({
          input: { ...text, modalities: images.length > 0 ? [Modality.IMAGE] : [], images },
          model: MODEL,
        })
      ).costs[0]!;
    const [without, one] = [await cost([]), await cost([{ widthPx: 384, heightPx: 384 }])];
    expect(one.cost!.inputTokens - without.cost!.inputTokens).toBe(258n);
    const refused = await refusalOf(cost([{ widthPx: 0, heightPx: 3 }]));
    expect(refused.fields).toEqual(['input.images[0].width_px']);
  });
});

test('with the setting, prompts are counted by the tokenizer', async () => {
  const exact = await startServer({ settings: { 'counting.tokenizer': 'o200k' } });
  const client = connect(exact.address);
  try {
    const { profile } = await client.analyzeComplexity({
      input: { content: { $case: 'text', value: 'Explain why the sky is blue.' } },
    });
    expect(profile!.inputTokensSource).toBe(TokenCountSource.TOKENIZER);
    // Seven tokens of o200k_base, and the chat format's 3 + 3.
    expect(profile!.inputTokens).toBe(13n);
  } finally {
    client.close();
  }
});
