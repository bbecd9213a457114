import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  drawOutcomes,
  inputTokens,
  taskOf,
  type DrawnOutcome,
  type WorkloadPrompt,
  type WorkloadRates,
} from '../../../src/cli/demo/draw-outcomes.js';
import { loadPrompts, loadRates } from '../../../src/cli/demo/load-workload.js';
import {
  COMPLEXITY_LEVELS,
  TASK_TYPES,
  type ComplexityLevel,
  type TaskType,
} from '../../../src/core/profile.js';

const prompts = loadPrompts();
const rates = loadRates();
const modelIds = Object.keys(rates.models);

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The pair's outcome, which must exist. */
function outcomeOf(drawn: ReturnType<typeof drawOutcomes>, promptId: string, modelId: string): DrawnOutcome {
  const outcome = drawn.get(promptId)?.get(modelId);
  if (!outcome) throw new Error(`no outcome for ${promptId} and ${modelId}`);
  return outcome;
}

interface Sources {
  readonly measured: Partial<
    Record<TaskType, { models: Record<string, { meanQuality: number; meanOutputTokens: number }> }>
  >;
  readonly assumed: {
    readonly levelLogitOffset: Record<string, Record<ComplexityLevel, number>>;
    readonly levelTokenFactor: Record<ComplexityLevel, number>;
    readonly taskLogitOffset: Partial<Record<TaskType, Record<string, number>>>;
    readonly taskTokenFactor: Partial<Record<TaskType, number>>;
  };
}

const logit = (p: number): number => Math.log(p / (1 - p));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The means over the levels that `sources.derivation` describes. */
function derive({ measured, assumed }: Sources, modelId: string, task: TaskType) {
  const own = measured[task]?.models[modelId];
  if (own) return { quality: own.meanQuality, outputTokens: own.meanOutputTokens };
  const all = Object.values(measured).map((t) => t.models[modelId]);
  const centre = mean(all.map((m) => logit(m?.meanQuality ?? NaN)));
  return {
    quality: logistic(centre + (assumed.taskLogitOffset[task]?.[modelId] ?? NaN)),
    outputTokens: mean(all.map((m) => m?.meanOutputTokens ?? NaN)) * (assumed.taskTokenFactor[task] ?? NaN),
  };
}

interface Point {
  readonly quality: number;
  readonly costUsd: number;
}

/** Per prompt, the mean quality and cost of every model. */
function expectedPoints(all: readonly WorkloadPrompt[], { models }: WorkloadRates): Point[][] {
  return all.map((p) =>
    Object.values(models).map((m) => ({
      quality: m.meanQuality[taskOf(p)][p.level],
      costUsd:
        (inputTokens(p) * m.inputUsdPerMillion +
          m.meanOutputTokens[taskOf(p)][p.level] * m.outputUsdPerMillion) /
        1e6,
    })),
  );
}

/** The best quality that a random mix of fixed models has at this mean cost. */
function hullQuality(points: readonly Point[][], costUsd: number): number {
  const fixed = modelIds.map((_, i) => ({
    quality: mean(points.map((p) => p[i]?.quality ?? NaN)),
    costUsd: mean(points.map((p) => p[i]?.costUsd ?? NaN)),
  }));
  let best = 0;
  for (const a of fixed.filter((f) => f.costUsd <= costUsd)) {
    best = Math.max(best, a.quality);
    for (const b of fixed.filter((f) => f.costUsd > costUsd)) {
      const share = (costUsd - a.costUsd) / (b.costUsd - a.costUsd);
      best = Math.max(best, a.quality + share * (b.quality - a.quality));
    }
  }
  return best;
}

describe('the prompts', () => {
  it('fill every task type and level, without duplicates', () => {
    expect(prompts.length).toBeGreaterThanOrEqual(150);
    expect(new Set(prompts.map((p) => p.prompt_id)).size).toBe(prompts.length);
    expect(new Set(prompts.map((p) => p.prompt.toLowerCase().replace(/\s+/g, ' '))).size).toBe(
      prompts.length,
    );
    for (const task of TASK_TYPES) {
      for (const level of COMPLEXITY_LEVELS) {
        const cell = prompts.filter((p) => taskOf(p) === task && p.level === level);
        expect(cell.length, `${task}, ${level}`).toBeGreaterThanOrEqual(4);
      }
    }
    expect(new Set(prompts.map(taskOf))).toEqual(new Set(TASK_TYPES));
  });

  it('have realistic lengths', () => {
    for (const p of prompts) {
      expect(p.prompt.length, p.prompt_id).toBeGreaterThanOrEqual(20);
      expect(p.prompt.length, p.prompt_id).toBeLessThanOrEqual(1500);
    }
  });
});

describe('the rates', () => {
  it('follow from the measured and the assumed figures', () => {
    const url = new URL('../../../examples/workload/rates.json', import.meta.url);
    const { sources } = JSON.parse(readFileSync(url, 'utf8')) as { sources: Sources };
    for (const [modelId, model] of Object.entries(rates.models)) {
      const offset = sources.assumed.levelLogitOffset[modelId];
      for (const task of TASK_TYPES) {
        const derived = derive(sources, modelId, task);
        const [quality, tokens] = [model.meanQuality[task], model.meanOutputTokens[task]];
        const where = `${modelId}, ${task}`;
        const meanQuality = mean(COMPLEXITY_LEVELS.map((level) => quality[level]));
        expect(Math.abs(meanQuality - derived.quality), where).toBeLessThan(0.0001);
        for (const level of COMPLEXITY_LEVELS) {
          const shift = logit(quality[level]) - logit(quality.medium);
          expect(shift, where).toBeCloseTo(offset?.[level] ?? NaN, 1);
          const expected = derived.outputTokens * sources.assumed.levelTokenFactor[level];
          expect(Math.abs(tokens[level] - expected), where).toBeLessThan(0.51);
        }
      }
    }
  });
});

describe('drawOutcomes', () => {
  it('gives the same outcomes for the same seed, in any order of prompts', () => {
    const drawn = drawOutcomes(prompts, rates, 7);
    expect(drawOutcomes(prompts, rates, 7)).toEqual(drawn);
    expect(drawOutcomes([...prompts].reverse(), rates, 7)).toEqual(drawn);
    const few = prompts.slice(10, 13);
    for (const [id, byModel] of drawOutcomes(few, rates, 7)) expect(byModel).toEqual(drawn.get(id));
  });

  it('gives other outcomes for another seed', () => {
    const one = drawOutcomes(prompts, rates, 1);
    const two = drawOutcomes(prompts, rates, 2);
    const same = prompts.filter(
      (p) =>
        outcomeOf(one, p.prompt_id, 'google/gemini-2.5-pro').quality ===
        outcomeOf(two, p.prompt_id, 'google/gemini-2.5-pro').quality,
    );
    expect(same.length).toBe(0);
  });

  it('keeps quality in [0, 1] and bills tokens by list price', () => {
    const drawn = drawOutcomes(prompts, rates, 3);
    for (const p of prompts) {
      for (const [modelId, model] of Object.entries(rates.models)) {
        const o = outcomeOf(drawn, p.prompt_id, modelId);
        expect(o.quality).toBeGreaterThanOrEqual(0);
        expect(o.quality).toBeLessThanOrEqual(1);
        expect(Number.isInteger(o.outputTokens) && o.outputTokens >= 1).toBe(true);
        const microUsd =
          inputTokens(p) * model.inputUsdPerMillion + o.outputTokens * model.outputUsdPerMillion;
        expect(o.costUsd).toBeCloseTo(microUsd / 1e6, 12);
        expect(o.latencyMs).toBeGreaterThanOrEqual(model.firstTokenMs);
      }
    }
  });

  it('meets the given means and spreads over many draws', () => {
    const template = prompts[0] as WorkloadPrompt;
    const n = 4000;
    for (const task of TASK_TYPES) {
      for (const level of COMPLEXITY_LEVELS) {
        const many = Array.from({ length: n }, (_, i) => ({
          ...template,
          prompt_id: `many-${task}-${level}-${i}`,
          dataset: `workload/${task}` as const,
          level,
        }));
        const drawn = drawOutcomes(many, rates, 11);
        for (const [modelId, model] of Object.entries(rates.models)) {
          const outcomes = many.map((p) => outcomeOf(drawn, p.prompt_id, modelId));
          const where = `${modelId}, ${task}, ${level}`;
          const q = model.meanQuality[task][level];
          const variance = (q * (1 - q)) / (model.qualityConcentration + 1);
          // Five standard errors: 120 cells are tested at once.
          const quality = mean(outcomes.map((o) => o.quality));
          expect(Math.abs(quality - q), where).toBeLessThan(5 * Math.sqrt(variance / n));
          const seen = mean(outcomes.map((o) => (o.quality - q) ** 2));
          expect(seen / variance, where).toBeGreaterThan(0.7);
          expect(seen / variance, where).toBeLessThan(1.3);
          const tokens = mean(outcomes.map((o) => o.outputTokens));
          const relativeSd = Math.sqrt(Math.exp(model.outputTokensLogSigma ** 2) - 1);
          const share = tokens / model.meanOutputTokens[task][level];
          expect(Math.abs(share - 1), where).toBeLessThan((5 * relativeSd) / Math.sqrt(n) + 0.01);
        }
      }
    }
  });
});

describe('routing', () => {
  it('has something to choose: the best fixed model differs by task type', () => {
    const bestByQuality = new Set<string>();
    for (const task of TASK_TYPES) {
      const quality = (id: string): number =>
        mean(COMPLEXITY_LEVELS.map((level) => rates.models[id]?.meanQuality[task][level] ?? NaN));
      bestByQuality.add(modelIds.reduce((best, id) => (quality(id) > quality(best) ? id : best)));
    }
    expect(bestByQuality.size).toBeGreaterThanOrEqual(2);
  });

  it('can beat every mix of fixed models at the same cost', () => {
    const points = expectedPoints(prompts, rates);
    const gains: number[] = [];
    // A rising price of money: at each, the best model per task type and level.
    for (const price of [3, 10, 30, 100, 300]) {
      const chosen = points.map((byModel) =>
        byModel.reduce((best, o) =>
          o.quality - price * o.costUsd > best.quality - price * best.costUsd ? o : best,
        ),
      );
      const costUsd = mean(chosen.map((o) => o.costUsd));
      gains.push(mean(chosen.map((o) => o.quality)) - hullQuality(points, costUsd));
    }
    expect(Math.min(...gains)).toBeGreaterThan(0);
    expect(Math.max(...gains)).toBeGreaterThan(0.01);
  });
});
