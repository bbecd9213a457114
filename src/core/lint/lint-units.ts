import type { Model, Prices } from '../registry/model.js';
import { visitConditions } from '../rules/condition.js';
import type { CompiledRule, RuleSet } from '../rules/rule-set.js';
import type { Warning } from './warning.js';

/** List prices of chat models lie between: the cheapest asks for a few cents, the dearest for 600 USD a million. */
const LIST_USD_PER_MTOK = { low: 0.005, high: 1_000 };
/** A whole answer in less than this many milliseconds is a figure in seconds. */
const LATENCY_MS_MIN = 60;
/** A request smaller than this is no request. */
const SMALL_REQUEST = { inputTokens: 100, outputTokens: 10 };
const TOKENS_PER_MTOK = 1e6;

const rounded = (value: number): number => Number(value.toPrecision(12));

/** A price that no list asks for, and what it would be in the unit that was likely meant. */
function priceReason(usdPerMTok: number): Pick<Warning, 'reason' | 'suggestion'> | undefined {
  const { low, high } = LIST_USD_PER_MTOK;
  if (usdPerMTok === 0 || (usdPerMTok >= low && usdPerMTok <= high)) return undefined;
  const reason = `${usdPerMTok} USD per million tokens is ${usdPerMTok < low ? 'below' : 'above'} every list price`;
  const [factor, unit] = usdPerMTok < 1e-4 ? [1e6, 'token'] : [1e3, '1,000 tokens'];
  if (usdPerMTok < low) {
    return { reason, suggestion: `if it is USD per ${unit}, write ${rounded(usdPerMTok * factor)}` };
  }
  return { reason, suggestion: `if it is USD per billion tokens, write ${rounded(usdPerMTok / 1e3)}` };
}

function modelWarnings({ prices }: Model, index: number): Warning[] {
  return (['inputUsdPerMTok', 'outputUsdPerMTok'] as const).flatMap((name) => {
    const said = prices && priceReason(prices[name]);
    const path = `models[${index}].prices.${name}`;
    return said === undefined ? [] : [{ file: 'models.json', path, code: 'units', ...said }];
  });
}

function latencyReason(latencyMs: number): Pick<Warning, 'reason' | 'suggestion'> | undefined {
  if (latencyMs === 0 || latencyMs >= LATENCY_MS_MIN) return undefined;
  return {
    reason: `no model answers in ${latencyMs} ms`,
    suggestion: `if it is seconds, write ${rounded(latencyMs * 1000)}`,
  };
}

/** Comparisons of prices and latencies with a constant. */
function conditionWarnings({ condition }: Pick<CompiledRule, 'condition'>): Warning[] {
  const warnings: Warning[] = [];
  visitConditions(condition, (inner) => {
    if (inner.kind !== 'compare' || inner.right.kind !== 'literal') return;
    const { value } = inner.right;
    if (typeof value !== 'number') return;
    const last = inner.left.segments.at(-1);
    const isPrice = inner.left.fact === 'model' && typeof last === 'string' && last.endsWith('putUsdPerMTok');
    const isLatency = inner.left.fact === 'estimate' && last === 'latencyMs';
    const said = isPrice ? priceReason(value) : isLatency ? latencyReason(value) : undefined;
    if (said === undefined) return;
    warnings.push({ file: inner.place.file, path: `${inner.place.path}.value`, code: 'units', ...said });
  });
  return warnings;
}

const costUsd = (prices: Prices, tokens: { inputTokens: number; outputTokens: number }): number =>
  (prices.inputUsdPerMTok * tokens.inputTokens + prices.outputUsdPerMTok * tokens.outputTokens) /
    TOKENS_PER_MTOK +
  (prices.perRequestUsd ?? 0);

/** The dearest request that a model can take at all. */
const dearestUsd = ({ contextWindowTokens, maxOutputTokens }: Model, prices: Prices): number =>
  costUsd(prices, { inputTokens: contextWindowTokens, outputTokens: maxOutputTokens });

function capWarnings({ event, place }: CompiledRule, models: readonly Model[]): Warning[] {
  if (event.type !== 'cap') return [];
  const at = (key: string) => ({ file: place.file, path: `${place.path}.event.params.${key}` });
  const warnings: Warning[] = [];
  const slow = event.latencyMs === undefined ? undefined : latencyReason(event.latencyMs);
  if (slow !== undefined) warnings.push({ ...at('latencyMs'), code: 'units', ...slow });
  const priced = models.flatMap((model) => (model.prices ? [{ model, prices: model.prices }] : []));
  const cap = event.costUsd;
  if (cap === undefined || cap === 0 || priced.length === 0) return warnings;
  const most = Math.max(...priced.map(({ model, prices }) => dearestUsd(model, prices)));
  const least = Math.min(...priced.map(({ prices }) => costUsd(prices, SMALL_REQUEST)));
  if (cap > most) {
    const reason = `caps no priced model: the longest request to the dearest one costs ${most.toPrecision(2)} USD`;
    warnings.push({
      ...at('costUsd'),
      code: 'units',
      reason,
      suggestion: 'costUsd is US dollars per request',
    });
  } else if (cap < least) {
    const reason = `leaves no priced model: ${SMALL_REQUEST.inputTokens} tokens in and ${SMALL_REQUEST.outputTokens} out cost ${least.toPrecision(2)} USD on the cheapest`;
    warnings.push({
      ...at('costUsd'),
      code: 'units',
      reason,
      suggestion: 'costUsd is US dollars per request',
    });
  }
  return warnings;
}

/** Figures that are a thousand times or more from what they could be in their unit. */
export function lintUnits({ rules, conditions }: RuleSet, models: readonly Model[]): readonly Warning[] {
  return [
    ...models.flatMap(modelWarnings),
    ...rules.flatMap((rule) => [...conditionWarnings(rule), ...capWarnings(rule, models)]),
    ...[...conditions.values()].flatMap((condition) => conditionWarnings({ condition })),
  ];
}
