import type { AuditEntry, ListAuditEntriesResponse } from '../contract.js';
import { atSecond, DASH, shortVersion } from '../format.js';
import { useCall } from '../load.js';
import type { Go, Route } from '../route.js';
import { RouteLink } from './route-link.js';
import { WhenLoaded } from './state.js';
import { Table, times, type Column } from './table.js';

const PAGE = 25;

/** Who changed what, the newest first. For the role admin. */
export function AuditList({ route, go }: { route: Route; go: Go }) {
  const before = route.params['before'] ?? '';
  const answer = useCall<ListAuditEntriesResponse>(
    'AuditService/ListAuditEntries',
    { pageSize: PAGE, pageToken: before },
    // A page that was gone on to stays as it is.
    { again: before === '' },
  );
  return (
    <WhenLoaded of={answer}>
      {({ entries, nextPageToken }) => (
        <>
          <Table
            caption="Audit log"
            fileName="sextant-audit-log"
            columns={COLUMNS}
            rows={entries}
            keyOf={({ sequence }) => sequence}
            whenEmpty="Nothing was changed."
          />
          <p class="pager">
            {before !== '' && (
              <RouteLink route={route} go={go} to={{ params: {} }}>
                Newest changes
              </RouteLink>
            )}
            {nextPageToken !== '' && (
              <RouteLink route={route} go={go} to={{ params: { before: nextPageToken } }}>
                Older changes
              </RouteLink>
            )}
          </p>
        </>
      )}
    </WhenLoaded>
  );
}

const actionWords = (action: string): string =>
  action.replace('AUDIT_ACTION_', '').replaceAll('_', ' ').toLowerCase();

/** A policy's version by its first digits, as everywhere. */
const shortTarget = (target: string): string =>
  /^[0-9a-f]{64}$/.test(target) ? shortVersion(target) : target;

const valueOf = (value: AuditEntry['before']): string | null => value?.json || null;

const COLUMNS: readonly Column<AuditEntry>[] = [
  times('Time', ({ time }) => Date.parse(time), atSecond),
  { title: 'Who', value: ({ principal }) => principal?.name ?? null },
  { title: 'What', value: ({ action }) => action, cell: ({ action }) => actionWords(action) },
  {
    title: 'Of',
    value: ({ target }) => target,
    cell: ({ target }) => <code title={target}>{shortTarget(target)}</code>,
  },
  {
    title: 'Reason',
    value: ({ reason }) => reason,
    cell: ({ reason }) => <span class="wraps">{reason || DASH}</span>,
  },
  { title: 'Before', value: ({ before }) => valueOf(before), isHidden: true },
  { title: 'After', value: ({ after }) => valueOf(after), isHidden: true },
  { title: 'Sequence', value: ({ sequence }) => Number(sequence), isHidden: true },
];
