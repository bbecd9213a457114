import { useState } from 'preact/hooks';
import type { ModelsView, ModelView } from '../../../src/admin/views.js';
import { at, clock, DASH, percent, whole } from '../format.js';
import { useView } from '../load.js';
import { Availability } from '../parts/availability.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';

export function Models() {
  const models = useView<ModelsView>('/api/v1/models');
  const [search, setSearch] = useState('');
  return (
    <WhenLoaded of={models}>
      {(view) => {
        const all = view.models;
        const wanted = search.trim().toLowerCase();
        const rows = all.filter(({ model, status, breaker }) =>
          [model, status, breaker.state.replace('_', '-')].some((text) =>
            text.toLowerCase().includes(wanted),
          ),
        );
        return (
          <>
            <Table
              caption={`Registry: ${rows.length === all.length ? all.length : `${rows.length} of ${all.length}`} models`}
              fileName="sextant-models"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ model }) => model}
              isFaded={({ status }) => status === 'disabled'}
              whenEmpty={all.length === 0 ? 'The registry is empty.' : `No model matches “${search}”.`}
            >
              <input
                type="search"
                aria-label="Search by name, status or breaker"
                placeholder="Name, status, breaker"
                value={search}
                onInput={(event) => setSearch(event.currentTarget.value)}
              />
            </Table>
            <Availability view={view} />
          </>
        );
      }}
    </WhenLoaded>
  );
}

const price = (usdPerMTok: number | null): string => (usdPerMTok === null ? DASH : String(usdPerMTok));

const COLUMNS: readonly Column<ModelView>[] = [
  { title: 'Model', value: ({ model }) => model },
  {
    title: 'Breaker',
    value: ({ breaker }) => breaker.state,
    cell: ({ breaker }) => <Breaker breaker={breaker} />,
  },
  {
    title: 'Status',
    value: ({ status }) => status,
    cell: ({ status }) => (status === 'active' ? status : <Badge tone="plain">{status}</Badge>),
  },
  {
    title: 'Failures',
    help: 'In the breaker’s sliding window',
    isNumeric: true,
    value: ({ breaker: { calls, failures } }) => (calls === 0 ? null : failures / calls),
    cell: ({ breaker: { calls, failures } }) =>
      calls === 0 ? DASH : `${percent(failures / calls)} of ${whole(calls)}`,
  },
  {
    title: 'Input, USD/MTok',
    isNumeric: true,
    value: ({ inputUsdPerMTok }) => inputUsdPerMTok,
    cell: ({ inputUsdPerMTok }) => price(inputUsdPerMTok),
  },
  {
    title: 'Output, USD/MTok',
    isNumeric: true,
    value: ({ outputUsdPerMTok }) => outputUsdPerMTok,
    cell: ({ outputUsdPerMTok }) => price(outputUsdPerMTok),
  },
  {
    title: 'Prices as of',
    value: ({ pricesAsOf }) => pricesAsOf,
    cell: ({ pricesAsOf, pricesSource }) => (
      <span title={pricesSource ?? undefined}>{pricesAsOf ?? DASH}</span>
    ),
  },
  {
    title: 'Context, tokens',
    isNumeric: true,
    value: ({ contextWindowTokens }) => contextWindowTokens,
    cell: ({ contextWindowTokens }) => whole(contextWindowTokens),
  },
  { title: 'Lifecycle', value: ({ lifecycle }) => lifecycle },
  { title: 'From', help: 'The policy folder, or an RPC', value: ({ origin }) => origin },
  { title: 'Price source', value: ({ pricesSource }) => pricesSource, isHidden: true },
  { title: 'Breaker’s reason', value: ({ breaker }) => breaker.reason, isHidden: true },
];

function Breaker({
  breaker: { state, untilMs, sinceMs, reason, probesInFlight },
}: Pick<ModelView, 'breaker'>) {
  if (state === 'closed') return <Badge tone="good">closed</Badge>;
  return (
    <>
      <Badge tone={state === 'open' ? 'bad' : 'warn'}>{state.replace('_', '-')}</Badge>
      <small class="note">
        {untilMs !== null && <>until {clock(untilMs)}; </>}
        {reason !== null && <>{reason}; </>}
        since {at(sinceMs)}
        {probesInFlight > 0 && <>; probes in flight: {probesInFlight}</>}
      </small>
    </>
  );
}
