import type { Experiment, ListExperimentsResponse } from '../contract.js';
import { at, percent } from '../format.js';
import { useCall } from '../load.js';
import { RouteLink } from '../parts/route-link.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import type { Go, Route } from '../route.js';
import { ExperimentResultView } from './experiment.js';

/** All experiments, and the figures of the one that the address names, else of the first that runs. */
export function Experiments({ route, go }: { route: Route; go: Go }) {
  const list = useCall<ListExperimentsResponse>(
    'ExperimentService/ListExperiments',
    { pageSize: 100 },
    { again: true },
  );
  return (
    <WhenLoaded of={list}>
      {({ experiments }) => {
        if (experiments.length === 0) {
          return (
            <p class="empty panel">
              There is no experiment. One is declared in <code>experiments.json</code> of the policy folder,
              and started with <code>sextant experiments start</code>.
            </p>
          );
        }
        const chosen = chosenOf(experiments, route.params['id']);
        return (
          <>
            <Table
              caption="Experiments"
              fileName="sextant-experiments"
              columns={columnsOf(route, go, chosen?.id)}
              rows={experiments}
              keyOf={({ id }) => id}
              whenEmpty=""
            />
            {chosen === undefined ? (
              <p class="problem">No experiment is called {route.params['id']}.</p>
            ) : isDeclared(chosen) ? (
              <p class="empty panel">{chosen.id} is declared and was not started: it has no figures yet.</p>
            ) : (
              <ExperimentResultView id={chosen.id} />
            )}
          </>
        );
      }}
    </WhenLoaded>
  );
}

const isDeclared = ({ status }: Experiment): boolean => status === 'EXPERIMENT_STATUS_DECLARED';

function chosenOf(experiments: readonly Experiment[], id: string | undefined): Experiment | undefined {
  if (id !== undefined) return experiments.find((experiment) => experiment.id === id);
  const running = experiments.filter(({ status }) => status === 'EXPERIMENT_STATUS_RUNNING');
  return running[0] ?? experiments.find((experiment) => !isDeclared(experiment)) ?? experiments[0];
}

const statusWord = (status: string): string => status.replace('EXPERIMENT_STATUS_', '').toLowerCase();
const timeMs = (time: string | undefined): number | null => (time === undefined ? null : Date.parse(time));

const columnsOf = (route: Route, go: Go, chosen: string | undefined): Column<Experiment>[] => [
  {
    title: 'Experiment',
    value: ({ id }) => id,
    cell: ({ id, description }) => (
      <>
        <RouteLink route={route} go={go} to={{ params: { id } }} isCurrent={id === chosen}>
          {id}
        </RouteLink>
        {description !== '' && <small class="note">{description}</small>}
      </>
    ),
  },
  {
    title: 'Status',
    value: ({ status }) => statusWord(status),
    cell: ({ status }) => (
      <Badge tone={statusWord(status) === 'running' ? 'good' : 'plain'}>{statusWord(status)}</Badge>
    ),
  },
  {
    title: 'Arms',
    value: ({ arms }) => arms.map(({ id, share }) => `${id} ${percent(share)}`).join(', '),
    cell: ({ arms }) => (
      <span class="wraps">
        {arms
          .map(({ id, share, stopped }) => `${id} ${percent(share)}${stopped ? ', stopped' : ''}`)
          .join('; ')}
      </span>
    ),
  },
  {
    title: 'Started',
    value: ({ startTime }) => startTime ?? null,
    cell: ({ startTime }) => at(timeMs(startTime)),
  },
  {
    title: 'Ended',
    value: ({ endTime }) => endTime ?? null,
    cell: ({ endTime, endReason }) => (
      <>
        {at(timeMs(endTime))}
        {endReason !== '' && <small class="note">{endReason}</small>}
      </>
    ),
  },
];
