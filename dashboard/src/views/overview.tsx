import type { OverviewView, SeriesView, TickView } from '../../../src/admin/views.js';
import { decimal, decimalTick, duration, milliseconds, percent, rate, whole } from '../format.js';
import type { Live } from '../live.js';
import { Chart } from '../parts/chart.js';
import { ShareBar } from '../parts/interval-bar.js';
import { RouteLink } from '../parts/route-link.js';
import { SpanChoice } from '../parts/span-choice.js';
import { SpendMeter } from '../parts/spend-meter.js';
import { Badge, Stat, WhenLoaded } from '../parts/state.js';
import { TITLES, type Go, type Route } from '../route.js';
import { describeUseCase } from '../sentence.js';
import { linesOf } from '../series.js';
import { useSpanView } from '../span-view.js';

interface OverviewProps {
  readonly route: Route;
  readonly go: Go;
  readonly live: Live;
}

export function Overview({ route, go, live }: OverviewProps) {
  const overview = useSpanView<OverviewView>('overview', route.span);
  const series = useSpanView<SeriesView>('series', route.span);
  return (
    <>
      <Figures live={live} />
      <WhenLoaded of={overview}>
        {(data) => (
          <>
            <Attention data={data} tick={live.tick} route={route} go={go} />
            <UseCases data={data} route={route} go={go} />
            <WhenLoaded of={series}>
              {(lately) => (
                <div class="charts">
                  <Chart
                    title="Decisions a second, by model"
                    fileName={`sextant-decisions-${route.span}`}
                    startsMs={lately.startsMs}
                    lines={linesOf(lately, 'decisionsPerSecond')}
                    format={rate}
                    fromZero
                    whenEmpty="No decisions in this span."
                  />
                  <Chart
                    title={`Reported quality, mean of ${duration(lately.smoothedMs)}`}
                    fileName={`sextant-quality-${route.span}`}
                    startsMs={lately.startsMs}
                    lines={linesOf(lately, 'quality')}
                    format={decimal}
                    tick={decimalTick}
                    whenEmpty="No quality was reported in this span."
                  />
                </div>
              )}
            </WhenLoaded>
            <Spend data={data} nowMs={live.tick?.timeMs ?? Date.now()} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Figures({ live: { tick, isConnected } }: { live: Live }) {
  return (
    <dl class={`stats ${isConnected ? '' : 'stale'}`}>
      <Stat title="Health" help="As /readyz says it">
        {tick === undefined ? '–' : <Health tick={tick} />}
      </Stat>
      <Stat title="Decisions a second" help="Of your tenant, mean of the last ten seconds">
        {tick === undefined ? '–' : rate(tick.decisionsPerSecond)}
      </Stat>
      <Stat title="Select p50" help="Of the last minute, all tenants">
        {milliseconds(tick?.select.p50Ms ?? null)}
      </Stat>
      <Stat title="p95">{milliseconds(tick?.select.p95Ms ?? null)}</Stat>
      <Stat title="p99">{milliseconds(tick?.select.p99Ms ?? null)}</Stat>
      <Stat title="Errors a minute" help="Unary calls refused or failed, all tenants">
        {whole(tick?.errorsPerMinute ?? null)}
      </Stat>
    </dl>
  );
}

function Health({ tick: { ready, warning } }: { tick: TickView }) {
  if (!ready) return <Badge tone="bad">not ready</Badge>;
  return warning === null ? <Badge tone="good">ready</Badge> : <Badge tone="warn">ready, impaired</Badge>;
}

interface AttentionProps {
  readonly data: OverviewView;
  readonly tick: TickView | undefined;
  readonly route: Route;
  readonly go: Go;
}

/** What somebody should look at, in sentences; nothing where all is well. */
function Attention({ data, tick, route, go }: AttentionProps) {
  const said: { text: string; view?: Route['view'] }[] = [];
  if (tick?.warning) said.push({ text: tick.warning, view: 'system' });
  if (tick?.policyRejected) {
    said.push({ text: 'The policy folder has faults: the last good policy is in force.', view: 'system' });
  }
  if (tick !== undefined && tick.modelsNotClosed > 0) {
    const [models, have] = tick.modelsNotClosed === 1 ? ['model', 'has'] : ['models', 'have'];
    said.push({
      text: `${tick.modelsNotClosed} ${models} ${have} a breaker that is not closed.`,
      view: 'models',
    });
  }
  for (const { account, period } of data.spend) {
    if (period === null) continue;
    if (period.remainingNanoUsd <= 0) said.push({ text: `Budget ${account} is exhausted.`, view: 'spend' });
    else if (period.exhaustedAtMs !== null) {
      said.push({ text: `Budget ${account} will not last its ${period.every} at this pace.`, view: 'spend' });
    }
  }
  for (const { method, code, count } of data.errors) {
    said.push({
      text: `${method} ended with ${code} ${count === 1 ? 'once' : `${count} times`} in the last minute.`,
    });
  }
  if (said.length === 0) return null;
  return (
    <section class="panel attention" aria-label="Needs attention">
      <ul>
        {said.map(({ text, view }) => (
          <li key={text}>
            {text}{' '}
            {view && (
              <RouteLink route={route} go={go} to={{ view }}>
                {TITLES[view]}
              </RouteLink>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function UseCases({ data, route, go }: { data: OverviewView; route: Route; go: Go }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Use cases</h2>
        <SpanChoice route={route} go={go} />
      </div>
      {data.useCases.length === 0 ? (
        <p class="empty">
          No decision was taken yet. Call Select, or run <code>make demo</code>; use cases show up here by
          themselves.
        </p>
      ) : (
        <ul class="use-cases">
          {data.useCases.map((summary) => (
            <li key={summary.useCase}>
              <RouteLink route={route} go={go} to={{ view: 'bandit', useCase: summary.useCase }}>
                {describeUseCase(summary)}
              </RouteLink>
              <span class="facts">
                {summary.top && (
                  <ShareBar share={summary.top.share} label={`${whole(summary.decisions)} decisions`} />
                )}
                {summary.success !== null && <span>{percent(summary.success)} of calls went well</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Spend({ data, nowMs }: { data: OverviewView; nowMs: number }) {
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Spend against budget</h2>
      </div>
      {data.spend.length === 0 ? (
        <p class="empty">
          No budget is set for this tenant. They stand in budgets.json of the policy folder.
        </p>
      ) : (
        data.spend.map((spend) => <SpendMeter key={spend.account} spend={spend} nowMs={nowMs} />)
      )}
    </section>
  );
}
