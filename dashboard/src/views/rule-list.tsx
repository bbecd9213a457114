import type { SessionView } from '../../../src/admin/views.js';
import type { GetPolicyVersionResponse, PolicyVersion } from '../contract.js';
import { useCall } from '../load.js';
import { WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { isAdmin } from '../session.js';

interface Rule {
  readonly name: string;
  readonly file: string;
  readonly description: string;
  readonly priority: number;
  readonly event: string;
  readonly json: string;
}

/** The rules of the version in force. Files of a policy are shown to the role that may change it. */
export function RuleList({ kept, session }: { kept: readonly PolicyVersion[]; session: SessionView }) {
  const active = kept.find((version) => version.active);
  const files = (active?.files ?? []).map(({ file }) => file).filter((file) => file.startsWith('rules/'));
  const isAsked = active !== undefined && isAdmin(session) && files.length > 0;
  const answer = useCall<GetPolicyVersionResponse>(
    'PolicyService/GetPolicyVersion',
    isAsked ? { version: active.version, files } : undefined,
  );
  if (!isAdmin(session)) return <p class="empty panel">The rules themselves are shown to the role admin.</p>;
  if (!isAsked) return <p class="empty panel">The policy in force has no rules.</p>;
  return (
    <WhenLoaded of={answer}>
      {(version) => (
        <Table
          caption="Rules in force"
          fileName="sextant-rules"
          columns={COLUMNS}
          rows={rulesOf(version)}
          keyOf={({ name }) => name}
          whenEmpty="The policy in force has no rules."
        />
      )}
    </WhenLoaded>
  );
}

interface RuleJson {
  readonly name: string;
  readonly description?: string;
  readonly priority?: number;
  readonly event: { readonly type: string };
}

/** Highest priority first. */
export function rulesOf({ files }: GetPolicyVersionResponse): Rule[] {
  return files
    .flatMap(({ file, content }) =>
      ((JSON.parse(textOf(content)) as { rules?: readonly RuleJson[] }).rules ?? []).map((rule) => ({
        name: rule.name,
        file,
        description: rule.description ?? '',
        priority: rule.priority ?? 1,
        event: rule.event.type,
        json: JSON.stringify(rule, null, 2),
      })),
    )
    .sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
}

/** UTF-8 in base64. */
const textOf = (base64: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));

const COLUMNS: readonly Column<Rule>[] = [
  {
    title: 'Rule',
    value: ({ name }) => name,
    cell: ({ name, description, json }) => (
      <details>
        <summary>{name}</summary>
        {description !== '' && <small class="note">{description}</small>}
        <pre tabIndex={0}>{json}</pre>
      </details>
    ),
  },
  { title: 'Event', value: ({ event }) => event },
  { title: 'Priority', isNumeric: true, value: ({ priority }) => priority },
  { title: 'File', value: ({ file }) => file },
  { title: 'Description', value: ({ description }) => description, isHidden: true },
  { title: 'JSON', value: ({ json }) => json, isHidden: true },
];
