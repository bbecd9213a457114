import type { SpendsView, SpendView } from '../../../src/admin/views.js';
import { at, DASH, usd, usdNumber } from '../format.js';
import { useView } from '../load.js';
import { SpendMeter } from '../parts/spend-meter.js';
import { WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';

export function Spend() {
  const spend = useView<SpendsView>('/api/v1/spend');
  return (
    <WhenLoaded of={spend}>
      {({ accounts }) =>
        accounts.length === 0 ? (
          <p class="empty panel">
            No budget is set for this tenant. They stand in <code>budgets.json</code> of the policy folder: an
            average cost a request, a limit per day, week or month, or both.
          </p>
        ) : (
          <>
            {accounts.map((account) => (
              <section key={account.account} class="panel" aria-label={`Budget ${account.account}`}>
                <SpendMeter spend={account} nowMs={Date.now()} />
                <Quarters quarters={account.quarters} />
              </section>
            ))}
            <Table
              caption="Budget accounts"
              fileName="sextant-spend"
              columns={COLUMNS}
              rows={accounts}
              keyOf={({ account }) => account}
              whenEmpty=""
            />
          </>
        )
      }
    </WhenLoaded>
  );
}

const inUsd = (nanoUsd: number | undefined): number | null => (nanoUsd === undefined ? null : nanoUsd / 1e9);

const money = (
  title: string,
  nanoUsdOf: (row: SpendView) => number | undefined,
  help?: string,
): Column<SpendView> => ({
  title,
  isNumeric: true,
  ...(help !== undefined && { help }),
  value: (row) => inUsd(nanoUsdOf(row)),
  cell: (row) => {
    const nanoUsd = nanoUsdOf(row);
    return nanoUsd === undefined ? DASH : usdNumber(nanoUsd);
  },
});

const COLUMNS: readonly Column<SpendView>[] = [
  { title: 'Account', value: ({ account }) => account },
  { title: 'Use case', value: ({ useCase }) => useCase ?? 'every' },
  { title: 'Period', value: ({ period }) => period && `${period.every}, ${period.timeZone}` },
  money('Limit, USD', ({ period }) => period?.limitNanoUsd),
  money('Spent, USD', ({ period }) => period?.spentNanoUsd),
  money('Held, USD', ({ period }) => period?.reservedNanoUsd, 'For decisions in flight'),
  money('Remaining, USD', ({ period }) => period?.remainingNanoUsd),
  money('Pace, USD/h', ({ period }) => period?.nanoUsdPerHour, 'Of the last day, or the period so far'),
  {
    title: 'Exhausted',
    help: 'At that pace',
    value: ({ period }) => (period?.exhaustedAtMs ? new Date(period.exhaustedAtMs).toISOString() : null),
    cell: ({ period }) =>
      period === null ? DASH : period.exhaustedAtMs === null ? 'not this period' : at(period.exhaustedAtMs),
  },
  money('Average, USD a request', ({ averageNanoUsdPerRequest }) => averageNanoUsdPerRequest ?? undefined),
  {
    title: 'λ',
    help: 'Dual price of the average: how much cost weighs against quality',
    isNumeric: true,
    value: ({ lambda, averageNanoUsdPerRequest }) => (averageNanoUsdPerRequest === null ? null : lambda),
    cell: ({ lambda, averageNanoUsdPerRequest }) =>
      averageNanoUsdPerRequest === null ? DASH : lambda.toFixed(3),
  },
];

const BAR = 10;
const HEIGHT = 60;

/** A day's spend by quarters of an hour. */
function Quarters({ quarters }: Pick<SpendView, 'quarters'>) {
  const most = Math.max(...quarters.map(({ nanoUsd }) => nanoUsd));
  if (!(most > 0)) return <p class="empty">Nothing was spent in the last 24 hours.</p>;
  const total = quarters.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
  const label = `${usd(total)} in the last 24 hours; at most ${usd(most)} in a quarter of an hour`;
  return (
    <figure class="quarters">
      <svg
        viewBox={`0 0 ${quarters.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {quarters.map(({ startMs, nanoUsd }, i) => {
          const height = (nanoUsd / most) * HEIGHT;
          return (
            <rect key={startMs} x={i * BAR + 1} y={HEIGHT - height} width={BAR - 2} height={height}>
              <title>{`${at(startMs)}: ${usd(nanoUsd)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption class="hint">{label}.</figcaption>
    </figure>
  );
}
