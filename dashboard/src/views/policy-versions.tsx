import type { SessionView } from '../../../src/admin/views.js';
import type { DiffPolicyVersionsResponse, PolicyChange, PolicyVersion } from '../contract.js';
import { at, shortVersion, whole } from '../format.js';
import { useCall } from '../load.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { VersionChoice } from '../parts/version-choice.js';
import type { Go, Route } from '../route.js';
import { RollBack } from './roll-back.js';
import { isAdmin } from '../session.js';

interface VersionsProps {
  readonly kept: readonly PolicyVersion[];
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

/** Who put which version in force and when, and what differs between two. */
export function PolicyVersions({ kept, route, go, session }: VersionsProps) {
  return (
    <>
      <Table
        caption="Versions"
        fileName="sextant-policy-versions"
        columns={VERSIONS}
        rows={kept}
        keyOf={({ version }) => version}
        whenEmpty="No version is kept."
      />
      {isAdmin(session) && kept.length > 1 && (
        <>
          <Difference kept={kept} route={route} go={go} />
          <RollBack kept={kept} />
        </>
      )}
    </>
  );
}

const VERSIONS: readonly Column<PolicyVersion>[] = [
  {
    title: 'Version',
    value: ({ version }) => version,
    cell: ({ version, active, pinned }) => (
      <>
        <code title={version}>{shortVersion(version)}</code> {active && <Badge tone="good">in force</Badge>}{' '}
        {pinned && <Badge tone="warn">pinned</Badge>}
      </>
    ),
  },
  {
    title: 'Last put in force',
    value: ({ activateTime }) => activateTime,
    cell: ({ activateTime }) => at(Date.parse(activateTime)),
  },
  { title: 'By', value: ({ activatedBy }) => activatedBy?.name ?? null },
  {
    title: 'Times',
    isNumeric: true,
    value: ({ activationCount }) => Number(activationCount),
    cell: ({ activationCount }) => whole(Number(activationCount)),
  },
  { title: 'Files', isNumeric: true, value: ({ files }) => files.length },
];

function Difference({ kept, route, go }: Omit<VersionsProps, 'session'>) {
  const { params } = route;
  const active = kept.find((version) => version.active)?.version ?? kept[0]!.version;
  const from = params['from'] ?? kept.find(({ version }) => version !== active)!.version;
  const to = params['to'] ?? active;
  const answer = useCall<DiffPolicyVersionsResponse>('PolicyService/DiffPolicyVersions', {
    fromVersion: from,
    toVersion: to,
  });
  const choose = (name: 'from' | 'to', value: string): void => go({ params: { ...params, [name]: value } });
  return (
    <>
      <div class="filters">
        <VersionChoice
          label="What differs from"
          value={from}
          kept={kept}
          onChoose={(v) => choose('from', v)}
        />
        <VersionChoice label="to" value={to} kept={kept} onChoose={(v) => choose('to', v)} />
      </div>
      <WhenLoaded of={answer}>
        {({ files }) => (
          <Table
            caption="Changes"
            fileName={`sextant-policy-diff-${shortVersion(from)}-${shortVersion(to)}`}
            columns={CHANGES}
            rows={files.flatMap(rowsOf)}
            keyOf={({ file, change }) => `${file} ${change.pointer} ${change.element} ${change.kind}`}
            whenEmpty="The two say the same."
          />
        )}
      </WhenLoaded>
    </>
  );
}

interface ChangeRow {
  readonly file: string;
  readonly change: PolicyChange;
}

type FileDiff = DiffPolicyVersionsResponse['files'][number];

function rowsOf({ file, kind, changes, omittedChanges }: FileDiff): ChangeRow[] {
  const none = { pointer: '', element: '', beforeJson: '', afterJson: '', valueOmitted: false };
  if (changes.length === 0) return [{ file, change: { ...none, kind } }];
  const rows = changes.map((change) => ({ file, change }));
  if (omittedChanges === 0) return rows;
  return [...rows, { file, change: { ...none, kind, element: `${omittedChanges} more changes` } }];
}

const kindWord = (kind: string): string => kind.replace('POLICY_CHANGE_KIND_', '').toLowerCase();

const CHANGES: readonly Column<ChangeRow>[] = [
  { title: 'File', value: ({ file }) => file },
  { title: 'Change', value: ({ change }) => kindWord(change.kind) },
  {
    title: 'Where',
    value: ({ change }) => `${change.element} ${change.pointer}`.trim(),
    cell: ({ change }) => (
      <span class="wraps">
        {change.element} <code>{change.pointer}</code>
      </span>
    ),
  },
  {
    title: 'Before',
    value: ({ change }) => change.beforeJson,
    cell: ({ change }) => <Value json={change.beforeJson} isOmitted={change.valueOmitted} />,
  },
  {
    title: 'After',
    value: ({ change }) => change.afterJson,
    cell: ({ change }) => <Value json={change.afterJson} isOmitted={change.valueOmitted} />,
  },
];

function Value({ json, isOmitted }: { json: string; isOmitted: boolean }) {
  if (json === '') return <>{isOmitted ? 'too long to show' : '–'}</>;
  return <code class="wraps">{json}</code>;
}
