import type { Report } from '../quality/report.js';
import type { Coverage, CoverageRow } from './coverage.js';

/** What every section gets. */
export interface EvaluationContext {
  readonly dataFolder: string;
  readonly report: Report;
  readonly repetitions: number;
  /** What all chance of the logs is drawn from. */
  readonly seed: number;
  /** Decisions per log. */
  readonly steps: number;
}

/** Shares of intervals that have to hold: the asymptotic ones neither less nor more often than they say. */
export const ASKED = { asymptoticLeast: 0.92, asymptoticMost: 0.98, bernsteinLeast: 0.95 } as const;

export const COVERAGE_HEADER = [
  'log, policy',
  'reward',
  'estimator',
  'truth',
  'bias',
  '± se',
  'asymptotic',
  'width',
  'any sample',
  'width',
  'asked',
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const digits = (value: number, reward: CoverageRow['reward']): string =>
  reward === 'quality' ? value.toFixed(4) : value.toExponential(2);

/** Whose intervals are asked to hold: those that are unbiased, on qualities. */
const isAsked = ({ reward, estimator }: CoverageRow): boolean =>
  reward === 'quality' && estimator !== 'switch-dr';

/** The table's rows of one log and policy; figures and marks are kept. */
export function coverageRows(
  report: Report,
  {
    title,
    name,
    truth,
    coverage,
  }: {
    readonly title: string;
    readonly name: string;
    readonly truth: { readonly quality: number; readonly costUsd: number };
    readonly coverage: Coverage;
  },
): string[][] {
  report.figure(`${name}.objected`, coverage.objected / coverage.repetitions);
  report.figure(`${name}.effective`, coverage.meanEffective);
  // Where most logs carry no figure, the product names none: there is nothing to hold it to.
  const carries = coverage.objected < coverage.repetitions / 2;
  return coverage.rows().map((row) => {
    const key = `${name}.${row.reward}.${row.estimator}`;
    report.figure(`${key}.bias`, row.bias);
    report.figure(`${key}.asymptotic`, row.asymptotic);
    report.figure(`${key}.asymptoticWidth`, row.asymptoticWidth);
    if (row.bernstein !== undefined) report.figure(`${key}.bernstein`, row.bernstein);
    const marks: string[] = [];
    if (carries && isAsked(row)) {
      const { asymptoticLeast, asymptoticMost, bernsteinLeast } = ASKED;
      const within = row.asymptotic >= asymptoticLeast && row.asymptotic <= asymptoticMost;
      marks.push(report.check(`${key}.asymptotic`, within));
      if (row.bernstein !== undefined)
        marks.push(report.check(`${key}.bernstein`, row.bernstein >= bernsteinLeast));
    }
    return [
      title,
      row.reward,
      row.estimator,
      digits(truth[row.reward], row.reward),
      digits(row.bias, row.reward),
      digits(row.biasError, row.reward),
      percent(row.asymptotic),
      digits(row.asymptoticWidth, row.reward),
      row.bernstein === undefined ? '–' : percent(row.bernstein),
      row.bernsteinWidth === undefined ? '–' : digits(row.bernsteinWidth, row.reward),
      isAsked(row) && !carries ? 'thin' : marks.join(' '),
    ];
  });
}
