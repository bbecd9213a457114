/** A router's order of prompts, and what the strong model brings on each. */
export interface Routing {
  /** Prompts with the highest scores go to the strong model first. */
  readonly scores: ArrayLike<number>;
  /** q_strong − q_weak. */
  readonly gains: ArrayLike<number>;
}

export interface RouterQuality {
  /** Mean share of the gap closed over the share of strong calls; ½ for a random router. */
  readonly apgr: number;
  /** Least share of strong calls that closes 50 % and 80 % of the gap. */
  readonly cpt50: number;
  readonly cpt80: number;
}

const THRESHOLDS = 10;

/**
 * Average performance gap recovered at ten quantile thresholds, by the trapezoid rule, and the call-performance
 * thresholds. Prompts of equal score are called in random order: their mean is taken.
 * Source: Ong et al., RouteLLM (arXiv 2406.18665), §3.2.
 */
export function routerQuality({ scores, gains }: Routing): RouterQuality {
  const n = scores.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const sums = new Float64Array(n + 1);
  for (let from = 0; from < n;) {
    let to = from;
    let sum = 0;
    while (to < n && scores[order[to]!] === scores[order[from]!]) sum += gains[order[to++]!]!;
    for (let k = from; k < to; k++) sums[k + 1] = sums[from]! + (sum * (k + 1 - from)) / (to - from);
    from = to;
  }
  const total = sums[n]!;
  const closed = (share: number): number => {
    const at = share * n;
    const low = Math.floor(at);
    return (sums[low]! + (at - low) * ((sums[low + 1] ?? total) - sums[low]!)) / total;
  };
  let apgr = 0;
  for (let t = 0; t < THRESHOLDS; t++) {
    apgr += (closed(t / THRESHOLDS) + closed((t + 1) / THRESHOLDS)) / (2 * THRESHOLDS);
  }
  const least = (share: number): number => sums.findIndex((sum) => sum >= share * total) / n;
  return { apgr, cpt50: least(0.5), cpt80: least(0.8) };
}
