import type { Prices } from '../../src/core/registry/model.js';
import type { ArmListing } from './arm-listing.js';
import type { OutcomeSet } from './outcome-set.js';

/** An arm made of another one: better at the same price, worse at the same price, or as good at a higher price. */
export interface Newcomer {
  readonly name: string;
  readonly from: string;
  /** Added to mean quality; every answer moves by the same share of what it lacks of 1, so that none passes 1. */
  readonly qualityGain?: number;
  readonly qualityFactor?: number;
  readonly priceFactor?: number;
}

/** The set with one more arm, made of one of its own. @throws RangeError where that is not there. */
export function withNewcomer(set: OutcomeSet, newcomer: Newcomer): OutcomeSet {
  const { name, from, qualityGain = 0, qualityFactor = 1, priceFactor = 1 } = newcomer;
  const source = set.arms.indexOf(from);
  if (source < 0) throw new RangeError(`${set.name} has no arm "${from}"`);
  const count = set.arms.length;
  const column = (table: Float64Array): Float64Array =>
    set.prompts.reduce(
      (cells, _, prompt) => ((cells[prompt] = table[prompt * count + source]!), cells),
      new Float64Array(set.prompts.length),
    );
  const quality = column(set.quality);
  const mean = quality.reduce((sum, q) => sum + q, 0) / quality.length;
  const closed = mean < 1 ? qualityGain / (1 - mean) : 0;
  return {
    ...set,
    arms: [...set.arms, name],
    listings: [...set.listings, pricedAt(set.listings[source]!, priceFactor)],
    quality: widened(
      set.quality,
      count,
      quality.map((q) => qualityFactor * (q + closed * (1 - q))),
    ),
    ...(set.costUsd && {
      costUsd: widened(
        set.costUsd,
        count,
        column(set.costUsd).map((cost) => priceFactor * cost),
      ),
    }),
  };
}

function pricedAt({ prices, maxOutputTokens }: ArmListing, factor: number): ArmListing {
  const scaled: Prices = {
    inputUsdPerMTok: prices.inputUsdPerMTok * factor,
    outputUsdPerMTok: prices.outputUsdPerMTok * factor,
  };
  return { prices: scaled, maxOutputTokens };
}

/** A table of `count` columns with one more. */
function widened(table: Float64Array, count: number, column: Float64Array): Float64Array {
  const wide = new Float64Array((table.length / count) * (count + 1));
  for (let row = 0; row < column.length; row++) {
    wide.set(table.subarray(row * count, (row + 1) * count), row * (count + 1));
    wide[row * (count + 1) + count] = column[row]!;
  }
  return wide;
}
