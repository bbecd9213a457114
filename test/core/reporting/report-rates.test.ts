import { describe, expect, it } from 'vitest';
import { rngFromSeed, type Rng } from '../../../src/core/random.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { ReportRates, type ReportRate } from '../../../src/core/reporting/report-rates.js';
import { START_MS } from '../../builders/learning.js';

const HOUR_MS = 3_600_000;
const KEPT = 168;
const FROM_MS = Math.ceil(START_MS / HOUR_MS) * HOUR_MS;
const [A, B, C] = [1, 2, 3] as ArmId[];
const newRates = (): ReportRates => new ReportRates(HOUR_MS, KEPT);

interface Traffic {
  readonly arm: ArmId;
  readonly decisions: number;
  readonly reported: number;
  readonly asked?: boolean;
  readonly hour?: number;
}

function happen(rates: ReportRates, { arm, decisions, reported, asked = false, hour = 0 }: Traffic): void {
  const timeMs = FROM_MS + hour * HOUR_MS;
  for (let i = 0; i < decisions; i++) rates.decided(arm, asked, timeMs + i);
  for (let i = 0; i < reported; i++) rates.reported(arm, asked, timeMs + i);
}

const ratesOf = (traffic: readonly Traffic[], hour = 10): Map<ArmId, ReportRate> => {
  const rates = newRates();
  traffic.forEach((each) => happen(rates, each));
  return new Map(rates.rates(FROM_MS + hour * HOUR_MS).map((rate) => [rate.armId, rate]));
};

describe('report rates', () => {
  it('are compared as Mantel and Haenszel do: by hand for two arms in two hours', () => {
    const rates = ratesOf([
      { arm: A!, decisions: 40, reported: 30 },
      { arm: B!, decisions: 60, reported: 20 },
      { arm: A!, decisions: 10, reported: 5, hour: 1 },
      { arm: B!, decisions: 30, reported: 5, hour: 1 },
    ]);
    const expected = (40 * 50) / 100 + (10 * 10) / 40;
    const variance = (40 * 60 * 50 * 50) / (100 ** 2 * 99) + (10 * 30 * 10 * 30) / (40 ** 2 * 39);
    const a = rates.get(A!)!;
    expect(a).toMatchObject({ decisions: 50, reported: 35, requested: 0, differs: true });
    const difference = (35 - expected) / ((40 * 60) / 100 + (10 * 30) / 40);
    expect(a.expectedReported).toBeCloseTo(35 - 50 * difference, 12);
    expect(a.z).toBeCloseTo((35 - expected) / Math.sqrt(variance), 12);
    expect(rates.get(B!)!.z).toBeCloseTo(-a.z, 12);
  });

  it('are compared with those of the others: an arm with most of the traffic is not its own measure', () => {
    const rates = ratesOf([
      { arm: A!, decisions: 1_157, reported: 599 },
      { arm: B!, decisions: 27, reported: 27 },
      { arm: C!, decisions: 31, reported: 31 },
    ]);
    expect(rates.get(A!)).toMatchObject({ expectedReported: 1_157, differs: true });
    expect(rates.get(A!)!.z).toBeLessThan(-4);
    for (const arm of [B!, C!]) expect(rates.get(arm)).toMatchObject({ z: 0, differs: false });
  });

  it('do not differ where one arm was in use when all were reported on less', () => {
    const rates = ratesOf([
      { arm: A!, decisions: 900, reported: 810 },
      { arm: B!, decisions: 100, reported: 90 },
      { arm: A!, decisions: 100, reported: 10, hour: 1 },
      { arm: B!, decisions: 900, reported: 90, hour: 1 },
    ]);
    expect([...rates.values()].map(({ z }) => z)).toEqual([0, 0]);
  });

  it('do not differ where one arm is asked about more often, and asking brings answers', () => {
    const rates = ratesOf([
      { arm: A!, decisions: 800, reported: 720, asked: true },
      { arm: A!, decisions: 200, reported: 20 },
      { arm: B!, decisions: 100, reported: 90, asked: true },
      { arm: B!, decisions: 900, reported: 90 },
    ]);
    expect(rates.get(A!)).toMatchObject({ z: 0, differs: false, requested: 800, answered: 720 });
    expect(rates.get(B!)).toMatchObject({ requested: 100, answered: 90 });
  });

  it('leave out what is too young to have been reported, and forget what is too old', () => {
    const traffic = [
      { arm: A!, decisions: 10, reported: 0, hour: 8 },
      { arm: B!, decisions: 10, reported: 5, hour: 9 },
    ];
    expect([...ratesOf(traffic, 9).keys()]).toEqual([]);
    expect([...ratesOf(traffic, 10).keys()]).toEqual([A]);
    expect([
      ...ratesOf([...traffic, { arm: C!, decisions: 1, reported: 0, hour: 8 + KEPT }], 500).keys(),
    ]).toEqual([B, C]);
  });

  it('count no report of a decision that they did not see', () => {
    const rates = newRates();
    happen(rates, { arm: A!, decisions: 2, reported: 5 });
    happen(rates, { arm: B!, decisions: 0, reported: 3 });
    expect(rates.rates(FROM_MS + 5 * HOUR_MS)).toMatchObject([{ armId: A, decisions: 2, reported: 2, z: 0 }]);
  });

  it('need more than certainty: a difference of a point or two is let pass', () => {
    const rates = ratesOf([
      { arm: A!, decisions: 100_000, reported: 52_000 },
      { arm: B!, decisions: 100_000, reported: 50_000 },
    ]);
    expect(rates.get(A!)!.z).toBeGreaterThan(4);
    expect(rates.get(A!)!.differs).toBe(false);
  });

  it('seldom differ by chance, and a fifth fewer reports of one arm is found in a thousand decisions', () => {
    const rng = rngFromSeed(3n);
    let falseAlarms = 0;
    let found = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      if (simulated(rng, 0.5).some(({ differs }) => differs)) falseAlarms += 1;
      if (simulated(rng, 0.3).find(({ armId }) => armId === A)!.differs) found += 1;
    }
    expect(falseAlarms).toBeLessThanOrEqual(2);
    expect(found / runs).toBeGreaterThan(0.95);
  });
});

/** A thousand decisions over four hours on three arms; of the first, this share is reported, of the others half. */
function simulated(rng: Rng, rateOfFirst: number): ReportRate[] {
  const rates = newRates();
  for (let i = 0; i < 1_000; i++) {
    const arm = [A!, B!, C!][Math.floor(rng() * 3)]!;
    const timeMs = FROM_MS + Math.floor(rng() * 4) * HOUR_MS;
    rates.decided(arm, false, timeMs);
    if (rng() < (arm === A ? rateOfFirst : 0.5)) rates.reported(arm, false, timeMs);
  }
  return rates.rates(FROM_MS + 10 * HOUR_MS);
}
