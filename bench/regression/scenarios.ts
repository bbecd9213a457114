import type { OutcomeSet } from '../quality/outcome-set.js';
import { GEMINI_FLASH, GEMINI_PRO, MISTRAL } from '../quality/pareto-arms.js';
import { benchRng, permutation, STREAM } from '../quality/permutation.js';
import type { Stage } from '../quality/stage.js';

/** A world that changes while a policy learns in it. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly stages: readonly Stage[];
  /** The prompt of each step; a permutation that belongs to the seed where absent. */
  readonly orderOf?: (set: OutcomeSet, seed: number) => Uint32Array;
}

const middleThird = (change: Omit<Stage, 'from'>): readonly Stage[] => [
  { from: 0 },
  { from: 1 / 3, ...change },
  { from: 2 / 3 },
];

const SEASONS: readonly Stage[] = [{ from: 0 }, { from: 1 / 4 }, { from: 1 / 2 }, { from: 3 / 4 }];
/** Share of a season's requests that come from its own half of the data sets. */
const SEASON_SHARE = 0.9;

/** As the model has it at a fiftieth of its price; at six tenths of its quality, silently; in an outage; … */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'price drop',
    what: `${GEMINI_PRO} at a fiftieth of its price in the middle third`,
    stages: middleThird({ priceDivisor: { [GEMINI_PRO]: 50 } }),
  },
  {
    name: 'quality fall',
    what: `${MISTRAL} at six tenths of its quality in the middle third, and no error`,
    stages: middleThird({ qualityFactor: { [MISTRAL]: 0.6 } }),
  },
  {
    name: 'outage',
    what: `every call of ${MISTRAL} a server error in the middle third`,
    stages: middleThird({ failing: [MISTRAL] }),
  },
  {
    name: 'partial outage',
    what: `a third of the calls of ${MISTRAL} server errors in the middle third`,
    stages: middleThird({ failsEvery: { [MISTRAL]: 3 } }),
  },
  {
    name: 'newcomer',
    what: `${GEMINI_FLASH} arrives half-way`,
    stages: [{ from: 0, absent: [GEMINI_FLASH] }, { from: 1 / 2 }],
  },
  {
    name: 'seasonal mix',
    what: `nine in ten requests of one half of the data sets, then of the other, four seasons`,
    stages: SEASONS,
    orderOf: seasonalOrder,
  },
];

/** Every prompt once, in an order whose mix of data sets swings with the seasons as far as prompts last. */
export function seasonalOrder({ prompts }: OutcomeSet, seed: number): Uint32Array {
  const datasets = [...new Set(prompts.map(({ dataset }) => dataset))].sort();
  const even = new Set(datasets.filter((_, i) => i % 2 === 0));
  const shuffled = [...permutation(prompts.length, STREAM.order, seed)];
  const queues = [true, false].map((side) => shuffled.filter((p) => even.has(prompts[p]!.dataset) === side));
  const rng = benchRng(STREAM.sample, seed);
  return Uint32Array.from(shuffled, (_, step) => {
    const season = Math.floor((step / prompts.length) * SEASONS.length);
    const wanted = (rng() < SEASON_SHARE ? season : season + 1) % 2;
    return (queues[wanted]!.length > 0 ? queues[wanted]! : queues[1 - wanted]!).pop()!;
  });
}
