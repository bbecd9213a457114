import type { Model, Prices } from '../registry/model.js';
import { visitConditions, type Condition } from '../rules/condition.js';
import { ORDER_OPERATORS } from '../rules/vocabulary.js';
import type { CompiledRule, RuleSet } from '../rules/rule-set.js';
import type { Warning } from './warning.js';

/** List prices of chat models lie between: the cheapest asks for a few cents, the dearest for 600 USD a million. */
const LIST_USD_PER_MTOK = { low: 0.005, high: 1_000 };
/** A whole answer in less than this many milliseconds is a figure in seconds. */
const LATENCY_MS_MIN = 60;
/** A request smaller than this is no request. */
const SMALL_REQUEST = { inputTokens: 100, outputTokens: 10 };
/** A long request, as requests go: a condition that asks for ten times its cost has another unit in mind. */
const LONG_REQUEST = { inputTokens: 10_000, outputTokens: 2_000 };
const TOKENS_PER_MTOK = 1e6;
/** March 1973: an instant before it was counted in seconds. */
const EPOCH_MS_MIN = 1e11;

type Comparison = Condition & { readonly kind: 'compare' };

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

/** What requests cost at all on the priced models; undefined where there are none. */
interface CostRange {
  /** A small request to the cheapest. */
  readonly leastUsd: number;
  /** The longest request to the dearest. */
  readonly mostUsd: number;
  /** A long request, as requests go, to the dearest. */
  readonly longUsd: number;
}

function costRange(models: readonly Model[]): CostRange | undefined {
  const priced = models.flatMap((model) => (model.prices ? [{ model, prices: model.prices }] : []));
  if (priced.length === 0) return undefined;
  return {
    leastUsd: Math.min(...priced.map(({ prices }) => costUsd(prices, SMALL_REQUEST))),
    mostUsd: Math.max(...priced.map(({ model, prices }) => dearestUsd(model, prices))),
    longUsd: Math.max(...priced.map(({ prices }) => costUsd(prices, LONG_REQUEST))),
  };
}

const costUsd = (prices: Prices, tokens: { inputTokens: number; outputTokens: number }): number =>
  (prices.inputUsdPerMTok * tokens.inputTokens + prices.outputUsdPerMTok * tokens.outputTokens) /
    TOKENS_PER_MTOK +
  (prices.perRequestUsd ?? 0);

/** The dearest request that a model can take at all. */
const dearestUsd = ({ contextWindowTokens, maxOutputTokens }: Model, prices: Prices): number =>
  costUsd(prices, { inputTokens: contextWindowTokens, outputTokens: maxOutputTokens });

type Said = Pick<Warning, 'reason' | 'suggestion'> | undefined;

const IN_USD = { suggestion: 'costUsd is US dollars per request' };
const requestText = ({ inputTokens, outputTokens }: typeof SMALL_REQUEST): string =>
  `${inputTokens} tokens in and ${outputTokens} out`;

function capReason(usd: number, { leastUsd, mostUsd }: CostRange): Said {
  if (usd > mostUsd) {
    const longest = `the longest request to the dearest one costs ${mostUsd.toPrecision(2)} USD`;
    return { reason: `caps no priced model: ${longest}`, ...IN_USD };
  }
  if (usd === 0 || usd >= leastUsd) return undefined;
  const cheapest = `${requestText(SMALL_REQUEST)} cost ${leastUsd.toPrecision(2)} USD on the cheapest`;
  return { reason: `leaves no priced model: ${cheapest}`, ...IN_USD };
}

function costReason(usd: number, { leastUsd, longUsd }: CostRange): Said {
  if (usd > 10 * longUsd) {
    const dearest = `${requestText(LONG_REQUEST)} cost ${longUsd.toPrecision(2)} USD on the dearest model`;
    return { reason: `${usd} USD is no cost of a request: ${dearest}`, ...IN_USD };
  }
  if (usd <= 0 || usd >= leastUsd) return undefined;
  const cheapest = `${requestText(SMALL_REQUEST)} cost ${leastUsd.toPrecision(2)} USD on the cheapest model`;
  return { reason: `every request costs more than ${usd} USD: ${cheapest}`, ...IN_USD };
}

function epochReason(epochMs: number): Said {
  if (epochMs <= 0 || epochMs >= EPOCH_MS_MIN) return undefined;
  const reason = `${epochMs} ms after 1970 is ${new Date(epochMs).toISOString().slice(0, 10)}`;
  return { reason, suggestion: `if it is seconds, write ${rounded(epochMs * 1000)}` };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** Texts are compared letter by letter, so that a year or a month bounds dates, too. */
const DATE_START = /^\d{4}(-\d{2})?$/;

function dateReason(text: string, isOrder: boolean): Said {
  const whole = isOrder && DATE_START.test(text) ? `${text}-01-01`.slice(0, 10) : text;
  const epochMs = DATE.test(whole) ? Date.parse(`${whole}T00:00:00Z`) : Number.NaN;
  if (Number.isFinite(epochMs) && new Date(epochMs).toISOString().startsWith(whole)) return undefined;
  return { reason: `${JSON.stringify(text)} is no date`, suggestion: 'a date is YYYY-MM-DD' };
}

/** What is odd about one constant that a member is compared with. */
function constantReason(comparison: Comparison, value: unknown, range: CostRange | undefined): Said {
  const { left, chain } = comparison;
  const member = `${left.fact}.${left.segments.join('.')}`;
  if (member === 'clock.date' && typeof value === 'string' && chain.operator !== 'matches') {
    return dateReason(value, ORDER_OPERATORS.has(chain.operator));
  }
  if (typeof value !== 'number') return undefined;
  if (/^model\..*putUsdPerMTok$/.test(member)) return priceReason(value);
  if (member === 'estimate.latencyMs') return latencyReason(value);
  if (member === 'clock.epochMs') return epochReason(value);
  return range && /^estimate\.costUsd(High)?$/.test(member) ? costReason(value, range) : undefined;
}

/** Comparisons of prices, costs, latencies and times with a constant. */
function conditionWarnings(condition: Condition, range: CostRange | undefined): Warning[] {
  const warnings: Warning[] = [];
  visitConditions(condition, (inner) => {
    if (inner.kind !== 'compare' || inner.right.kind !== 'literal') return;
    const constants = [inner.right.value].flat() as readonly unknown[];
    const said = constants
      .map((value) => constantReason(inner, value, range))
      .find((one) => one !== undefined);
    if (said === undefined) return;
    warnings.push({ file: inner.place.file, path: `${inner.place.path}.value`, code: 'units', ...said });
  });
  return warnings;
}

function capWarnings({ event, place }: CompiledRule, range: CostRange | undefined): Warning[] {
  if (event.type !== 'cap') return [];
  const said = {
    latencyMs: event.latencyMs === undefined ? undefined : latencyReason(event.latencyMs),
    costUsd: event.costUsd === undefined || range === undefined ? undefined : capReason(event.costUsd, range),
  };
  return (['latencyMs', 'costUsd'] as const).flatMap((key) => {
    const path = `${place.path}.event.params.${key}`;
    return said[key] === undefined ? [] : [{ file: place.file, path, code: 'units' as const, ...said[key] }];
  });
}

/** Figures that are a thousand times or more from what they could be in their unit. */
export function lintUnits({ rules, conditions }: RuleSet, models: readonly Model[]): readonly Warning[] {
  const range = costRange(models);
  return [
    ...models.flatMap(modelWarnings),
    ...rules.flatMap((rule) => [...conditionWarnings(rule.condition, range), ...capWarnings(rule, range)]),
    ...[...conditions.values()].flatMap((condition) => conditionWarnings(condition, range)),
  ];
}
