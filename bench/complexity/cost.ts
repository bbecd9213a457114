import { join } from 'node:path';
import type { UseCase } from '../../src/core/ids.js';
import { ANY_MODEL } from '../../src/core/registry/capabilities.js';
import { benchPolicy, BENCH_TENANT } from '../quality/bench-policy.js';
import { benchRegistry } from '../quality/bench-registry.js';
import { loadOutcomeSet } from '../quality/outcome-set.js';
import { decisionSeed, permutation, STREAM } from '../quality/permutation.js';
import { ReplaySession } from '../quality/replay-session.js';
import { STEADY } from '../quality/stage.js';
import { quantile } from '../quality/statistics.js';

for (const name of ['paretobandit', 'routerbench']) {
  const set = loadOutcomeSet({ folder: join('/work/shared/data', name) });
  set.listings.forEach((l, k) => console.log(set.arms[k], JSON.stringify(l.prices)));
  for (const policy of ['uniform', 'beta']) {
    const pol = benchPolicy({
      variant: {
        name: policy,
        bandit: {
          policy,
          ...(policy === 'beta' && { exploration: { floor: 0.0005, newcomerShare: 0.5, newcomerPulls: 30 } }),
        },
      },
      weights: { quality: 1, cost: 0 },
    });
    const session = new ReplaySession(pol, benchRegistry(set, STEADY[0]!));
    const order = permutation(set.prompts.length, STREAM.order, 1);
    const rows: {
      arm: string;
      mean: number;
      med: number;
      low: number;
      high: number;
      real: number;
      step: number;
      ds: string;
    }[] = [];
    for (let step = 0; step < order.length; step++) {
      const p = order[step]!;
      const { arm, choice } = session.step({
        question: {
          tenant: BENCH_TENANT,
          useCase: 'bench' as UseCase,
          input: {
            messages: [{ role: 'user', text: set.prompts[p]!.text! }],
            modalities: ['text'],
            toolCount: 0,
          },
          requirements: ANY_MODEL,
          attributes: {},
          batch: false,
          streaming: false,
          maxFallbacks: 0,
        },
        nowMs: Date.UTC(2026, 0, 1) + step * 1000,
        seed: decisionSeed(1, step),
        outcomeOf: (k) => ({
          quality: set.quality[p * set.arms.length + k]!,
          costUsd: set.costUsd![p * set.arms.length + k]!,
        }),
      });
      const c = choice.cost!;
      const unit = c.meanNanoUsd / 1;
      void unit;
      const med =
        c.meanNanoUsd +
        (Math.exp(choice.belief.outputTokens.logMean) - c.outputTokens) *
          ((c.highNanoUsd - c.lowNanoUsd) /
            Math.max(
              1e-9,
              Math.exp(
                choice.belief.outputTokens.logMean + 1.2815515655446004 * choice.belief.outputTokens.logSd,
              ) -
                Math.exp(
                  choice.belief.outputTokens.logMean - 1.2815515655446004 * choice.belief.outputTokens.logSd,
                ),
            ));
      rows.push({
        arm: set.arms[arm]!,
        mean: c.meanNanoUsd,
        med,
        low: c.lowNanoUsd,
        high: c.highNanoUsd,
        real: set.costUsd![p * set.arms.length + arm]! * 1e9,
        step,
        ds: set.prompts[p]!.dataset,
      });
    }
    const show = (label: string, rs: typeof rows): void => {
      if (rs.length === 0) return;
      const err = (f: (r: (typeof rows)[0]) => number): string =>
        (
          100 *
          quantile(
            rs.map((r) => Math.abs(f(r) / r.real - 1)),
            0.5,
          )
        ).toFixed(1);
      const cov = rs.filter((r) => r.real >= r.low && r.real <= r.high).length / rs.length;
      const above = rs.filter((r) => r.real > r.high).length / rs.length;
      console.log(
        policy,
        label,
        rs.length,
        'mean',
        err((r) => r.mean),
        'median',
        err((r) => r.med),
        'cover',
        cov.toFixed(3),
        'above',
        above.toFixed(3),
        'ratio',
        (rs.reduce((s, r) => s + r.mean, 0) / rs.reduce((s, r) => s + r.real, 0)).toFixed(3),
      );
    };
    show('all', rows);
    show(
      'second half',
      rows.filter((r) => r.step >= rows.length / 2),
    );
    for (const arm of set.arms)
      show(
        arm,
        rows.filter((r) => r.step >= rows.length / 2 && r.arm === arm),
      );
    for (const ds of new Set(rows.map((r) => r.ds)))
      show(
        ds,
        rows.filter((r) => r.step >= rows.length / 2 && r.ds === ds),
      );
  }
}
