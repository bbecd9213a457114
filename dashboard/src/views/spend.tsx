import type { SeriesView, SpenderView, SpendsView, SpendView } from '../../../src/admin/views.js';
import { at, DASH, duration, NANO_USD_PER_USD, usd, usdNumber, whole } from '../format.js';
import { Chart } from '../parts/chart.js';
import { Picture } from '../parts/picture.js';
import { SpanChoice } from '../parts/span-choice.js';
import { SpendMeter } from '../parts/spend-meter.js';
import { WhenLoaded } from '../parts/state.js';
import { costs, numbers, Table, times, type Column } from '../parts/table.js';
import { SPAN_NAMES, type Go, type Route } from '../route.js';
import { linesOf } from '../series.js';
import { useSpanView } from '../span-view.js';

export function Spend({ route, go }: { route: Route; go: Go }) {
  const spend = useSpanView<SpendsView>('spend', route.span);
  const series = useSpanView<SeriesView>('series', route.span);
  return (
    <>
      <div class="bar">
        <SpanChoice route={route} go={go} />
      </div>
      <WhenLoaded of={series}>{(lately) => <Spent lately={lately} />}</WhenLoaded>
      <WhenLoaded of={spend}>
        {({ accounts, spenders, span }) => (
          <>
            <Table
              caption={`Spent in ${SPAN_NAMES[span]}`}
              fileName={`sextant-spent-${span}`}
              columns={SPENDER_COLUMNS}
              rows={spenders}
              keyOf={({ useCase, model }) => `${useCase} ${model}`}
              whenEmpty="No call was reported in this span."
            />
            <Accounts accounts={accounts} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

const Spent = ({ lately }: { lately: SeriesView }) => (
  <Chart
    title={`Spend in ${duration(lately.stepMs)}, USD, by model`}
    fileName={`sextant-spend-${lately.span}`}
    startsMs={lately.startsMs}
    lines={linesOf(lately, 'spendNanoUsd')}
    format={usdNumber}
    unit={NANO_USD_PER_USD}
    fromZero
    whenEmpty="No cost was reported in this span."
  />
);

function Accounts({ accounts }: Pick<SpendsView, 'accounts'>) {
  if (accounts.length === 0) {
    return (
      <p class="empty panel">
        No budget is set for this tenant. They stand in <code>budgets.json</code> of the policy folder: an
        average cost a request, a limit per day, week or month, or both.
      </p>
    );
  }
  return (
    <>
      {accounts.map((account) => (
        <div key={account.account} class="charts">
          <section class="panel" aria-label={`Budget ${account.account}`}>
            <SpendMeter spend={account} nowMs={Date.now()} />
          </section>
          <Quarters account={account.account} quarters={account.quarters} />
        </div>
      ))}
      <Table
        caption="Budget accounts"
        fileName="sextant-budgets"
        columns={COLUMNS}
        rows={accounts}
        keyOf={({ account }) => account}
        whenEmpty=""
      />
    </>
  );
}

const COLUMNS: readonly Column<SpendView>[] = [
  { title: 'Account', value: ({ account }) => account },
  { title: 'Use case', value: ({ useCase }) => useCase ?? 'every' },
  { title: 'Period', value: ({ period }) => period && `${period.every}, ${period.timeZone}` },
  costs('Limit, USD', ({ period }) => period?.limitNanoUsd),
  costs('Spent, USD', ({ period }) => period?.spentNanoUsd),
  costs('Held, USD', ({ period }) => period?.reservedNanoUsd, 'For decisions in flight'),
  costs('Remaining, USD', ({ period }) => period?.remainingNanoUsd),
  costs('Pace, USD/h', ({ period }) => period?.nanoUsdPerHour, 'Of the last day, or the period so far'),
  {
    title: 'Exhausted',
    help: 'At that pace',
    value: ({ period }) => (period?.exhaustedAtMs ? new Date(period.exhaustedAtMs).toISOString() : null),
    cell: ({ period }) =>
      period === null ? DASH : period.exhaustedAtMs === null ? 'not this period' : at(period.exhaustedAtMs),
  },
  costs('Average, USD a request', ({ averageNanoUsdPerRequest }) => averageNanoUsdPerRequest ?? undefined),
  {
    title: 'λ',
    help: 'Dual price of the average: how much cost weighs against quality',
    isNumeric: true,
    value: ({ lambda, averageNanoUsdPerRequest }) => (averageNanoUsdPerRequest === null ? null : lambda),
    cell: ({ lambda, averageNanoUsdPerRequest }) =>
      averageNanoUsdPerRequest === null ? DASH : lambda.toFixed(3),
  },
];

const SPENDER_COLUMNS: readonly Column<SpenderView>[] = [
  { title: 'Model', value: ({ model }) => model },
  { title: 'Use case', value: ({ useCase }) => useCase },
  costs('Cost, USD', ({ costNanoUsd }) => costNanoUsd),
  numbers('Calls', ({ calls }) => calls, whole),
];

const HEIGHT = 60;
const WIDTH_MOST = 1100;
type Quarter = SpendView['quarters'][number];

/** A day's spend by quarters of an hour. */
function Quarters({ account, quarters }: Pick<SpendView, 'account' | 'quarters'>) {
  const most = Math.max(...quarters.map(({ nanoUsd }) => nanoUsd));
  const total = quarters.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
  const label = `${usd(total)} in the last 24 hours; at most ${usd(most)} in a quarter of an hour`;
  return (
    <Picture
      caption={`Last 24 hours of ${account}`}
      fileName={`sextant-quarters-${account.replaceAll('/', '-')}`}
      columns={QUARTER_COLUMNS}
      rows={most > 0 ? quarters : []}
      keyOf={({ startMs }) => String(startMs)}
      whenEmpty="Nothing was spent in the last 24 hours."
      widthMost={WIDTH_MOST}
      canDraw={most > 0}
      hint={`${label}.`}
    >
      {(width) => (
        <svg class="quarters" width={width} height={HEIGHT} role="img" aria-label={label}>
          {quarters.map(({ startMs, nanoUsd }, i) => {
            const height = (nanoUsd / most) * HEIGHT;
            const step = width / quarters.length;
            return (
              <rect key={startMs} x={i * step} y={HEIGHT - height} width={step * 0.8} height={height}>
                <title>{`${at(startMs)}: ${usd(nanoUsd)}`}</title>
              </rect>
            );
          })}
        </svg>
      )}
    </Picture>
  );
}

const QUARTER_COLUMNS: readonly Column<Quarter>[] = [
  times('From', ({ startMs }) => startMs, at),
  costs('Cost, USD', ({ nanoUsd }) => nanoUsd),
];
