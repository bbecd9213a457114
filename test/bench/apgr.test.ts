import { describe, expect, it } from 'vitest';
import { routerQuality } from '../../bench/complexity/apgr.js';
import { litellmScore } from '../../bench/complexity/litellm-baseline.js';

describe('routerQuality', () => {
  const gains = Array.from({ length: 100 }, (_, i) => (i < 20 ? 1 : 0));

  it('is one half for a router that tells nothing apart', () => {
    const { apgr, cpt50, cpt80 } = routerQuality({ scores: gains.map(() => 1), gains });
    expect(apgr).toBeCloseTo(0.5, 12);
    expect(cpt50).toBeCloseTo(0.5, 12);
    expect(cpt80).toBeCloseTo(0.8, 12);
  });

  it('knows the best router and the worst', () => {
    // Best: PGR 0, ½, 1, 1, … at shares 0, 0.1, 0.2, …; by the trapezoid rule 0.025 + 0.075 + 0.8.
    const best = routerQuality({ scores: gains, gains });
    expect(best.apgr).toBeCloseTo(0.9, 12);
    expect(best.cpt50).toBeCloseTo(0.1, 12);
    const worst = routerQuality({ scores: gains.map((gain) => -gain), gains });
    expect(worst.apgr).toBeCloseTo(0.1, 12);
  });
});

describe("LiteLLM's weights, rebuilt", () => {
  it('give 0.1 · −1 − 0.05 for a greeting, and code and technical terms their weights', () => {
    expect(litellmScore('hello you')).toBeCloseTo(-0.1 - 0.05, 12);
    const code = 'Please debug this function so that it returns the right numbers again.';
    expect(litellmScore(code)).toBeCloseTo(0.3, 12);
  });
});
