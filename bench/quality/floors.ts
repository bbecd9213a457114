/** What a test phase must reach at one budget: cold, K = 3, on the prompts common to K = 4. */
export interface BudgetFloor {
  readonly budgetUsd: number;
  readonly published?: number;
  readonly gain?: number;
  readonly reward?: number;
  /** How far the reward may lie below the hull. */
  readonly belowHull?: number;
}

export const BUDGET_FLOORS: readonly BudgetFloor[] = [
  { budgetUsd: 8.3e-5, published: 0.813, gain: 0.22 },
  { budgetUsd: 2.3e-4, published: 0.859, gain: 0.38 },
  { budgetUsd: 3e-4, gain: 0.44 },
  { budgetUsd: 6.6e-4, published: 0.898, reward: 0.925, belowHull: 0.001 },
  { budgetUsd: 1.9e-3, published: 0.917, reward: 0.927, belowHull: 0 },
  { budgetUsd: 5.3e-3, published: 0.924, reward: 0.93, gain: 0.03 },
  { budgetUsd: 1.5e-2, published: 0.929, reward: 0.933, belowHull: 0 },
];

/** Cost ÷ budget in the test phase, where the budget binds: λ > 0 in this share of test requests. */
export const BINDING = { pacedShare: 0.95, least: 0.97, most: 1.01 } as const;

/** Rewards on the sets without a budget. */
export const LLMROUTER_FLOORS = {
  text: { all: 0.612, lastQuarter: 0.622 },
  dataset: { all: 0.626, lastQuarter: 0.638 },
} as const;
export const ROUTERBENCH_FLOORS = { all: 0.526, lastQuarter: 0.537 } as const;

/** How much worse than a sampler without context permuted features may make it. */
export const PERMUTED_LOSS = 0.005;

/** The cost of Gemini Pro falls in the middle third. */
export const PRICE_DROP = { divisor: 56.25, quality: 0.93, least: 0.95, most: 1.03 } as const;

/** The quality of Mistral falls to this mean in the middle third. */
export const QUALITY_DROP = {
  mean: 0.75,
  shareMost: new Map([
    [3e-4, 0.17],
    [6.6e-4, 0.25],
    [1.9e-3, 0.25],
  ]),
  publishedShare: new Map([
    [3e-4, 0.33],
    [6.6e-4, 0.5],
    [1.9e-3, 0.69],
  ]),
  shareDistance: 0.06,
  costMost: 1.05,
} as const;

/** An arm that arrives half-way: pulls within so many requests, and whether it stays. */
export const ARRIVAL = {
  pullsLeast: 20,
  pullsMost: 40,
  within: 150,
  majorityBy: 300,
  /** The share is taken over this many requests up to then. */
  majorityWindow: 50,
  costMost: 1.05,
} as const;
