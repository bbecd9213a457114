import type { DecisionRowView, DecisionsView } from '../../../src/admin/decision-views.js';
import type { SessionView } from '../../../src/admin/views.js';
import { atSecond, decimal, milliseconds, percent, usdNumber, whole } from '../format.js';
import { useView } from '../load.js';
import { RouteLink } from '../parts/route-link.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { hrefOf, type Go, type Params, type Route } from '../route.js';
import { shortName } from '../sentence.js';
import { DecisionPage } from './decision.js';
import { DecisionFilters } from './decision-filters.js';

interface DecisionsProps {
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

/** The log of decisions, or one of them where the address names it. */
export function Decisions({ route, go, session }: DecisionsProps) {
  const id = route.params['id'];
  if (id !== undefined) return <DecisionPage id={id} route={route} go={go} session={session} />;
  return <DecisionList route={route} go={go} />;
}

const FILTERS = ['model', 'reported', 'from', 'to', 'after'] as const;

function queryOf({ useCase, params }: Route): string {
  const query = new URLSearchParams();
  if (useCase !== '') query.set('useCase', useCase);
  for (const name of FILTERS) if (params[name] !== undefined) query.set(name, params[name]);
  return query.toString();
}

function DecisionList({ route, go }: { route: Route; go: Go }) {
  // A page that was gone on to stays as it is.
  const again = route.params['after'] === undefined;
  const found = useView<DecisionsView>(`/api/v1/decisions?${queryOf(route)}`, { again });
  return (
    <>
      <DecisionFilters route={route} go={go} known={found.data} />
      <WhenLoaded of={found}>
        {(page) =>
          page.isLogged || page.decisions.length > 0 ? (
            <Found page={page} route={route} go={go} />
          ) : (
            <p class="empty panel">
              This server keeps no decision log: <code>decisionLog.enabled</code> in its configuration turns
              it on.
            </p>
          )
        }
      </WhenLoaded>
    </>
  );
}

function Found({ page, route, go }: { page: DecisionsView; route: Route; go: Go }) {
  const { decisions, scanned, next } = page;
  const { params } = route;
  return (
    <>
      <Table
        caption="Decisions"
        fileName="sextant-decisions"
        columns={columnsOf(route, go)}
        rows={decisions}
        keyOf={({ decisionId }) => decisionId}
        whenEmpty={
          next === null ? 'No decision fits.' : `None of the ${whole(scanned)} decisions looked at fits.`
        }
      />
      <div class="bar">
        <p class="hint">
          {whole(decisions.length)} of {whole(scanned)} decisions looked at, newest first.
        </p>
        <span class="pager">
          {params['after'] !== undefined && (
            <RouteLink route={route} go={go} to={{ params: without(params, 'after') }}>
              Newest
            </RouteLink>
          )}{' '}
          {next !== null && (
            <RouteLink route={route} go={go} to={{ params: { ...params, after: next } }}>
              Older
            </RouteLink>
          )}
        </span>
      </div>
    </>
  );
}

const without = (params: Params, name: string): Params =>
  Object.fromEntries(Object.entries(params).filter(([key]) => key !== name));

function columnsOf(route: Route, go: Go): Column<DecisionRowView>[] {
  return [
    {
      title: 'Time',
      value: ({ timeMs }) => new Date(timeMs).toISOString(),
      cell: (row) => (
        <RouteLink route={route} go={go} to={{ params: { id: row.decisionId } }}>
          {atSecond(row.timeMs)}
        </RouteLink>
      ),
    },
    { title: 'Use case', value: ({ useCase }) => useCase },
    {
      title: 'Model',
      value: ({ model }) => model,
      cell: ({ model }) => <span title={model}>{shortName(model)}</span>,
    },
    {
      title: 'Propensity',
      help: 'The probability with which it was chosen',
      isNumeric: true,
      value: ({ propensity }) => propensity,
      cell: ({ propensity }) => percent(propensity),
    },
    {
      title: 'Of',
      help: 'Candidates that were left',
      isNumeric: true,
      value: ({ candidates }) => candidates,
    },
    ...outcomeColumns(),
    { title: 'Segment', value: ({ segment }) => segment },
    { title: 'Decision', value: ({ decisionId }) => decisionId, isHidden: true },
    { title: 'Address', value: ({ decisionId }) => linkOf(decisionId), isHidden: true },
  ];
}

const linkOf = (id: string): string =>
  hrefOf({ view: 'decisions', useCase: '', span: '15m', params: { id } });

/** Of the attempt that ended well, else the last. */
const finalOf = ({ attempts }: DecisionRowView) =>
  attempts.find(({ status }) => status === 'success') ?? attempts.at(-1);

function outcomeColumns(): Column<DecisionRowView>[] {
  return [
    {
      title: 'Came of it',
      value: (row) => finalOf(row)?.status ?? (row.attempts.length > 0 ? 'judged' : null),
      cell: (row) => <Outcome row={row} />,
    },
    {
      title: 'Quality',
      isNumeric: true,
      value: (row) => finalOf(row)?.quality ?? null,
      cell: (row) => decimal(finalOf(row)?.quality ?? null),
    },
    {
      title: 'Cost, USD',
      isNumeric: true,
      value: (row) => nanoUsd(row) && nanoUsd(row)! / 1e9,
      cell: (row) => (nanoUsd(row) === null ? '–' : usdNumber(nanoUsd(row)!)),
    },
    {
      title: 'Latency',
      isNumeric: true,
      value: (row) => finalOf(row)?.latencyMs ?? null,
      cell: (row) => milliseconds(finalOf(row)?.latencyMs ?? null),
    },
  ];
}

const nanoUsd = (row: DecisionRowView): number | null => finalOf(row)?.costNanoUsd ?? null;

function Outcome({ row }: { row: DecisionRowView }) {
  const final = finalOf(row);
  if (final === undefined) return <Badge tone="plain">not reported</Badge>;
  const words = final.status?.replaceAll('_', ' ') ?? 'judged';
  const more = final.attempt > 0 ? ` at attempt ${final.attempt + 1}` : '';
  return (
    <Badge tone={final.status === 'success' || final.status === null ? 'good' : 'bad'}>
      {words}
      {more}
    </Badge>
  );
}
