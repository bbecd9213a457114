import type { Interval, RewardEvaluation, ValueEstimate } from '../contract.js';
import { percent, whole } from '../format.js';
import { Stat } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { WeightHistogram } from '../parts/weight-histogram.js';

interface RewardResultProps {
  readonly title: string;
  readonly of: RewardEvaluation;
  /** Whether less is better. */
  readonly isCost?: boolean;
}

/** One reward: the headline or why there is none, the support, and every estimator. */
export function RewardResult({ title, of, isCost = false }: RewardResultProps) {
  const { support, estimates } = of;
  return (
    <section aria-label={title}>
      <Headline title={title} of={of} isCost={isCost} />
      <dl class="stats">
        <Stat title="Decisions">{whole(Number(support.decisions))}</Stat>
        <Stat title="With this reward">{whole(Number(support.rewarded))}</Stat>
        <Stat title="Effective decisions" help="As many of its own would say as much">
          {whole(support.effectiveDecisions)}
        </Stat>
        <Stat title="Largest weight">{digits(support.largestWeight)}</Stat>
        <Stat title="Unsupported" help="Share of its choices that the log never makes">
          {percent(support.unsupportedShare)}
        </Stat>
        <Stat
          title="Seldom made"
          help="Share of its choices that the log makes so seldom that it need not have any"
        >
          {percent(support.seldomShare)}
        </Stat>
      </dl>
      <Table
        caption={`${title}, by estimator`}
        fileName={`sextant-evaluation-${title.toLowerCase().replace(/\W+/g, '-')}`}
        columns={COLUMNS}
        rows={estimates}
        keyOf={({ estimator }) => estimator}
        whenEmpty="No decision of the log has this reward."
      />
      <WeightHistogram title={title} buckets={support.weights} />
    </section>
  );
}

/** A single figure only where the log carries it. */
function Headline({ title, of, isCost }: Required<RewardResultProps>) {
  const { support, lift, liftInterval, logged } = of;
  if (support.objections.length > 0) {
    const needed = support.neededRewarded;
    return (
      <div class="panel attention">
        <h2>{title}: no single figure</h2>
        <ul>
          {support.objections.map((objection) => (
            <li key={objection}>{objection}</li>
          ))}
        </ul>
        {needed !== undefined && (
          <p>About {whole(Number(needed))} decisions with a reward would do, if more come like these.</p>
        )}
      </div>
    );
  }
  if (lift === undefined || liftInterval === undefined || logged === undefined) return null;
  const isSettled = liftInterval.low > 0 || liftInterval.high < 0;
  const isBetter = lift > 0 !== isCost;
  const verdict = !isSettled
    ? 'no difference is shown'
    : isBetter
      ? 'better than the log’s own policy'
      : 'worse than the log’s own policy';
  return (
    <div class="panel">
      <h2>
        {title}: {verdict}
      </h2>
      <p>
        {signed(lift)} a decision, 95 % between {signed(liftInterval.low)} and {signed(liftInterval.high)};
        the log’s own policy earned {digits(logged)}. Doubly robust, decision by decision.
      </p>
    </div>
  );
}

const digits = (value: number): string => String(Number(value.toPrecision(4)));
const signed = (value: number): string => (value > 0 ? `+${digits(value)}` : digits(value).replace('-', '−'));
const range = (ends: Interval | undefined): string =>
  ends === undefined ? '–' : `${digits(ends.low)} … ${digits(ends.high)}`;

function interval(
  title: string,
  help: string,
  of: (row: ValueEstimate) => Interval | undefined,
): Column<ValueEstimate>[] {
  return [
    { title, help, isNumeric: true, value: (row) => of(row)?.low ?? null, cell: (row) => range(of(row)) },
    { title: `${title}, high`, isHidden: true, value: (row) => of(row)?.high ?? null },
  ];
}

const COLUMNS: readonly Column<ValueEstimate>[] = [
  { title: 'Estimator', value: ({ estimator }) => estimator },
  { title: 'Value', isNumeric: true, value: ({ value }) => value, cell: ({ value }) => digits(value) },
  ...interval('95 %, large samples', 'By the central limit theorem', ({ asymptotic }) => asymptotic),
  ...interval('95 %, any sample', 'Holds for every number of decisions', ({ anySample }) => anySample),
];
