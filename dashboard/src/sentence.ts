import type { SpendView, UseCaseSummaryView } from '../../src/admin/views.js';
import { at, decimal, duration, percent, usd } from './format.js';

/** The model's own name, without its provider. */
export const shortName = (model: string): string => model.slice(model.indexOf('/') + 1);

/** A name in the room that there is. */
export const cut = (name: string, most: number): string =>
  name.length > most ? `${name.slice(0, Math.max(0, Math.floor(most) - 1))}…` : name;

/** One use case in plain words: what it takes, how good it is, what it costs. */
export function describeUseCase({
  useCase,
  top,
  quality,
  costPerRequestNanoUsd,
}: UseCaseSummaryView): string {
  const taken =
    top === null
      ? `No decisions for ${useCase}`
      : `${shortName(top.model)} takes ${percent(top.share)} of ${useCase}`;
  const said: string[] = [];
  if (quality !== null) {
    const { mean, halfWidth } = quality;
    const digits = halfWidth !== null && halfWidth < 0.01 ? 3 : 2;
    const width = halfWidth === null ? '' : ` ± ${decimal(halfWidth, digits)}`;
    said.push(`quality ${decimal(mean, digits)}${width}`);
  }
  if (costPerRequestNanoUsd !== null) said.push(`cost ${usd(costPerRequestNanoUsd)} a request`);
  if (said.length === 0) said.push('nothing was reported yet');
  return `${taken}; ${said.join(', ')}.`;
}

/** Where a budget is heading. */
export function describeSpend({ period }: SpendView, nowMs: number): string {
  if (period === null) return 'Paced per request; no limit per period.';
  const { every, exhaustedAtMs, remainingNanoUsd, onExhausted, endMs, nanoUsdPerHour } = period;
  const then = onExhausted === 'stop' ? 'requests are refused' : 'requests go to the cheapest model';
  if (remainingNanoUsd <= 0) return `Exhausted: ${then} until ${at(endMs)}.`;
  if (nanoUsdPerHour === 0) return `Nothing was spent lately; the ${every} ends ${at(endMs)}.`;
  if (exhaustedAtMs === null)
    return `Lasts until the ${every} ends, ${at(endMs)}, at ${usd(nanoUsdPerHour)} an hour.`;
  return `At ${usd(nanoUsdPerHour)} an hour it is exhausted in ${duration(exhaustedAtMs - nowMs)}, ${at(exhaustedAtMs)}; ${then} from then.`;
}
