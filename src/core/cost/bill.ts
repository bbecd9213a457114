import type { NanoUsd } from '../money.js';
import { PPM, ratesFor, type PriceTable } from './price-table.js';
import { isCount, TOKEN_COMPONENTS, usageParts, type TokenUsage } from './token-usage.js';

const TOKENS_PER_MTOK = 1_000_000n;

/**
 * What a call costs by the list: Σ tokens × price of each part, the tier of the whole prompt, the batch discount on
 * tokens alone, fees per request and per tool call, and one rounding (half up) at the end.
 *
 * @throws RangeError where a count is negative or not whole, or parts exceed their whole.
 */
export function costNanoUsd(table: PriceTable, usage: TokenUsage, batch: boolean): NanoUsd {
  const { rates } = ratesFor(table, usage.inputTokens);
  const parts = usageParts(usage);
  const toolCalls = usage.toolCalls ?? 0;
  if (!isCount(toolCalls)) throw new RangeError(`tool calls cannot be ${toolCalls}`);
  let tokens = 0n;
  for (const component of TOKEN_COMPONENTS) tokens += BigInt(parts[component]) * rates[component];
  const discounted = tokens * (batch ? PPM - table.batchDiscountPpm : PPM);
  const denominator = TOKENS_PER_MTOK * PPM;
  const fees = table.perRequest + BigInt(toolCalls) * table.perToolCall;
  return (fees + (discounted + denominator / 2n) / denominator) as NanoUsd;
}
