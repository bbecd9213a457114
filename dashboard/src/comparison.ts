import type { ComparedUseCase } from './contract.js';

/** A figure under the policy before, and under the one after. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** All use cases as one. */
export interface ComparedTotal {
  readonly requests: number;
  /** Share of requests that go elsewhere. */
  readonly changedShare: number;
  readonly refused: number;
  readonly admitted: number;
  /** Absent where both answer none. */
  readonly quality?: BeforeAfter;
  /** Absent where none is priced under both. */
  readonly costNanoUsd?: BeforeAfter;
}

export function totalOf(rows: readonly ComparedUseCase[]): ComparedTotal {
  const sum = (of: (row: ComparedUseCase) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const [requests, answered, priced] = [
    sum((row) => Number(row.requests)),
    sum((row) => Number(row.answered)),
    sum((row) => Number(row.priced)),
  ];
  return {
    requests,
    changedShare: requests === 0 ? 0 : sum((row) => row.changedShare * Number(row.requests)) / requests,
    refused: sum((row) => Number(row.refused)),
    admitted: sum((row) => Number(row.admitted)),
    ...(answered > 0 && {
      quality: {
        before: sum((row) => row.expectedQualityActive * Number(row.answered)) / answered,
        after: sum((row) => row.expectedQuality * Number(row.answered)) / answered,
      },
    }),
    ...(priced > 0 && {
      costNanoUsd: {
        before: sum((row) => row.expectedCostNanoUsdActive * Number(row.priced)) / priced,
        after: sum((row) => row.expectedCostNanoUsd * Number(row.priced)) / priced,
      },
    }),
  };
}
