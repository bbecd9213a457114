import type { ReportRateView, SessionView, SystemView } from '../../../src/admin/views.js';
import { at, bytes, decimal, duration, milliseconds, percent, whole } from '../format.js';
import { useView } from '../load.js';
import { AuditList } from '../parts/audit-list.js';
import { Card, Fact } from '../parts/facts.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import type { Go, Route } from '../route.js';
import { isAdmin } from '../session.js';

interface SystemProps {
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

export function System({ route, go, session }: SystemProps) {
  const system = useView<SystemView>('/api/v1/system');
  return (
    <>
      <WhenLoaded of={system}>{(data) => <Whole data={data} />}</WhenLoaded>
      {isAdmin(session) ? (
        <AuditList route={route} go={go} />
      ) : (
        <p class="empty panel">The audit log is shown to the role admin.</p>
      )}
    </>
  );
}

function Whole({ data }: { data: SystemView }) {
  const { policy, store, eventLoopDelayMs: delay } = data;
  return (
    <>
      {policy.rejected !== null && (
        <section class="panel attention" role="alert">
          <h2>The policy folder was refused</h2>
          <p>
            Version <code>{policy.rejected.version.slice(0, 16)}</code> has {policy.rejected.faults.length}{' '}
            fault
            {policy.rejected.faults.length === 1 ? '' : 's'}; the last good one stays in force.
          </p>
          <ol>
            {policy.rejected.faults.map((fault) => (
              <li key={fault}>
                <code>{fault}</code>
              </li>
            ))}
          </ol>
        </section>
      )}
      <div class="cards">
        <Card title="Server">
          <Fact name="State">
            {data.warning === null ? (
              <Badge tone="good">ready</Badge>
            ) : (
              <Badge tone={data.ready ? 'warn' : 'bad'}>{data.warning}</Badge>
            )}
          </Fact>
          <Fact name="Version">{data.version}</Fact>
          <Fact name="Node.js">{data.node}</Fact>
          <Fact name="Started">
            {at(data.startedMs)} ({duration(Date.now() - data.startedMs)} ago)
          </Fact>
          <Fact name="Memory">{bytes(data.memoryBytes)}</Fact>
          <Fact name="Event-loop delay">
            {delay === null
              ? 'measured in five seconds'
              : `p50 ${milliseconds(delay.p50)}, p99 ${milliseconds(delay.p99)}, most ${milliseconds(delay.max)}`}
          </Fact>
        </Card>
        <Card title="Policy">
          <Fact name="Version">
            <code class="hash">{policy.version}</code>
          </Fact>
          <Fact name="In force since">{at(policy.sinceMs)}</Fact>
          <Fact name="Rules">{whole(policy.rules)}</Fact>
          <Fact name="Folder">
            <FolderState policy={policy} />
          </Fact>
          {policy.pinned && (
            <Fact name="Pin">
              <Badge tone="warn">stays in force whatever the folder holds</Badge>
            </Fact>
          )}
        </Card>
        <Card title="Store">
          <Fact name="State">
            {store.failed ? (
              <Badge tone="bad">failed: reports are refused</Badge>
            ) : (
              <Badge tone="good">writes</Badge>
            )}
          </Fact>
          <Fact name="Outcomes">{whole(store.sequence)}</Fact>
          <Fact name="Reports waiting">{whole(store.queueDepth)}</Fact>
          <Fact name="Decisions not logged">{whole(store.decisionsUnlogged)}</Fact>
        </Card>
      </div>
      <Table
        caption="Calls in the last minute"
        fileName="sextant-calls"
        columns={CALLS}
        rows={data.calls}
        keyOf={({ method }) => method}
        whenEmpty="No unary call since the server started."
      />
      <Table
        caption="Report rates"
        fileName="sextant-report-rates"
        columns={RATES}
        rows={[...data.reportRates].sort((a, b) => Number(b.differs) - Number(a.differs))}
        keyOf={({ useCase, model }) => `${useCase} ${model}`}
        whenEmpty="No decision is old enough yet to expect its report."
      />
      <p class="hint">
        Where one model’s bad answers go unreported its mean is too high. A rate differs beyond four standard
        errors and five percentage points.
      </p>
    </>
  );
}

function FolderState({ policy: { rejected, waitingVersion } }: Pick<SystemView, 'policy'>) {
  if (rejected !== null) return <Badge tone="bad">refused</Badge>;
  if (waitingVersion === null) return <Badge tone="good">as in force</Badge>;
  return <Badge tone="plain">{waitingVersion.slice(0, 16)} waits</Badge>;
}

type Call = SystemView['calls'][number];
const time = (title: string, of: (call: Call) => number | null): Column<Call> => ({
  title,
  isNumeric: true,
  value: of,
  cell: (call) => milliseconds(of(call)),
});
const CALLS: readonly Column<Call>[] = [
  { title: 'Method', value: ({ method }) => method },
  { title: 'Calls', isNumeric: true, value: ({ calls }) => calls, cell: ({ calls }) => whole(calls) },
  { title: 'Errors', isNumeric: true, value: ({ errors }) => errors, cell: ({ errors }) => whole(errors) },
  time('p50', ({ p50Ms }) => p50Ms),
  time('p95', ({ p95Ms }) => p95Ms),
  time('p99', ({ p99Ms }) => p99Ms),
];

const RATES: readonly Column<ReportRateView>[] = [
  { title: 'Model', value: ({ model }) => model },
  { title: 'Use case', value: ({ useCase }) => useCase },
  {
    title: 'Decisions',
    isNumeric: true,
    value: ({ decisions }) => decisions,
    cell: ({ decisions }) => whole(decisions),
  },
  {
    title: 'Reported',
    isNumeric: true,
    value: ({ decisions, reported }) => (decisions === 0 ? null : reported / decisions),
    cell: ({ decisions, reported }) => percent(decisions === 0 ? null : reported / decisions),
  },
  {
    title: 'Expected',
    help: 'If the model were reported on as the others are',
    isNumeric: true,
    value: ({ decisions, expectedReported }) => (decisions === 0 ? null : expectedReported / decisions),
    cell: ({ decisions, expectedReported }) => percent(decisions === 0 ? null : expectedReported / decisions),
  },
  {
    title: 'z',
    help: 'Standard errors',
    isNumeric: true,
    value: ({ z }) => z,
    cell: ({ z }) => decimal(z, 1),
  },
  {
    title: 'Verdict',
    value: ({ differs }) => (differs ? 'differs' : 'alike'),
    cell: ({ differs }) => (differs ? <Badge tone="warn">differs</Badge> : 'alike'),
  },
];
