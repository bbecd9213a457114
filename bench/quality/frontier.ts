/** One step from a prompt's choice to a better, dearer one. */
interface Increment {
  readonly prompt: number;
  readonly costUsd: number;
  readonly value: number;
}

export interface FrontierInput {
  /** Prompt p and arm k at p·K + k. */
  readonly values: Float64Array;
  /** The same layout; absent: all is free. */
  readonly costUsd?: Float64Array | undefined;
  readonly armCount: number;
}

/** What each arm gives and costs on average. */
export interface ArmMeans {
  readonly value: number;
  readonly costUsd: number;
}

/**
 * What can be had at a mean cost, over prompts that count by their weights: in a phase 1 or 0, in a bootstrap
 * how often they were drawn.
 *
 * hull(B): the most that a random mix of fixed arms gives at mean cost ≤ B; two arms are enough.
 * oracle(B): the most that a choice per prompt gives at mean cost ≤ B, the last prompt's choice mixed; this is
 * max_x Σ w·v·x s.t. Σ w·c·x ≤ B·Σw, with x a distribution over arms for each prompt. Its Lagrangian solutions are
 * the steps on each prompt's own concave envelope, taken by falling slope; between two of them it is linear.
 * Below the cheapest choice nothing can be had, and both give what that choice gives.
 *
 * Source: Sinha & Zoltners, The Multiple-Choice Knapsack Problem, Operations Research 27 (1979), §2.
 */
export class Frontier {
  readonly promptCount: number;
  private readonly cheapest: Int32Array;
  private readonly increments: readonly Increment[];

  constructor(private readonly input: FrontierInput) {
    this.promptCount = input.values.length / input.armCount;
    this.cheapest = new Int32Array(this.promptCount);
    const increments: Increment[] = [];
    for (let prompt = 0; prompt < this.promptCount; prompt++) {
      const chain = this.envelope(prompt);
      this.cheapest[prompt] = chain[0]!;
      for (let i = 1; i < chain.length; i++) {
        const costUsd = this.costOf(prompt, chain[i]!) - this.costOf(prompt, chain[i - 1]!);
        const value = this.valueOf(prompt, chain[i]!) - this.valueOf(prompt, chain[i - 1]!);
        increments.push({ prompt, costUsd, value });
      }
    }
    this.increments = increments.sort((a, b) => b.value * a.costUsd - a.value * b.costUsd);
  }

  /** Means of every arm. */
  armMeans(weights: Float64Array): ArmMeans[] {
    const total = sum(weights);
    return Array.from({ length: this.input.armCount }, (_, arm) => {
      let value = 0;
      let costUsd = 0;
      for (let prompt = 0; prompt < this.promptCount; prompt++) {
        value += weights[prompt]! * this.valueOf(prompt, arm);
        costUsd += weights[prompt]! * this.costOf(prompt, arm);
      }
      return { value: value / total, costUsd: costUsd / total };
    });
  }

  /** The best fixed arm, whatever it costs. */
  bestFixed(weights: Float64Array): number {
    return Math.max(...this.armMeans(weights).map(({ value }) => value));
  }

  hull(weights: Float64Array, budgetUsd = Infinity): number {
    const arms = this.armMeans(weights);
    const within = arms.filter(({ costUsd }) => costUsd <= budgetUsd);
    if (within.length === 0) {
      const cheaper = (a: ArmMeans, b: ArmMeans): number => a.costUsd - b.costUsd || b.value - a.value;
      return [...arms].sort(cheaper)[0]!.value;
    }
    let best = Math.max(...within.map(({ value }) => value));
    for (const low of within) {
      for (const high of arms) {
        if (high.costUsd <= budgetUsd) continue;
        const share = (budgetUsd - low.costUsd) / (high.costUsd - low.costUsd);
        best = Math.max(best, low.value + share * (high.value - low.value));
      }
    }
    return best;
  }

  oracle(weights: Float64Array, budgetUsd = Infinity): number {
    const total = sum(weights);
    let value = 0;
    let left = budgetUsd * total;
    for (let prompt = 0; prompt < this.promptCount; prompt++) {
      value += weights[prompt]! * this.valueOf(prompt, this.cheapest[prompt]!);
      left -= weights[prompt]! * this.costOf(prompt, this.cheapest[prompt]!);
    }
    for (const step of this.increments) {
      const weight = weights[step.prompt]!;
      if (weight === 0) continue;
      if (left <= 0) break;
      const share = Math.min(1, left / (weight * step.costUsd));
      value += share * weight * step.value;
      left -= weight * step.costUsd;
    }
    return value / total;
  }

  /** The arms on a prompt's upper concave envelope, from the cheapest on. */
  private envelope(prompt: number): number[] {
    const value = (arm: number): number => this.valueOf(prompt, arm);
    const cost = (arm: number): number => this.costOf(prompt, arm);
    const arms = Array.from({ length: this.input.armCount }, (_, arm) => arm);
    arms.sort((a, b) => cost(a) - cost(b) || value(b) - value(a));
    const chain: number[] = [];
    for (const arm of arms) {
      if (chain.length > 0 && value(arm) <= value(chain.at(-1)!)) continue;
      while (chain.length > 1) {
        const [before, last] = [chain.at(-2)!, chain.at(-1)!];
        const turn =
          (value(last) - value(before)) * (cost(arm) - cost(last)) -
          (value(arm) - value(last)) * (cost(last) - cost(before));
        if (turn > 0) break;
        chain.pop();
      }
      chain.push(arm);
    }
    return chain;
  }

  private valueOf(prompt: number, arm: number): number {
    return this.input.values[prompt * this.input.armCount + arm]!;
  }

  private costOf(prompt: number, arm: number): number {
    return this.input.costUsd?.[prompt * this.input.armCount + arm] ?? 0;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
