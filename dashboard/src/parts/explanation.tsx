import type { CandidateScore, ExplainResponse, Removal, RuleTrace } from '../contract.js';
import { decimal, milliseconds, percent, usdNumber, whole } from '../format.js';
import { ConditionTree } from './condition-tree.js';
import { Funnel } from './funnel.js';
import { ShareBar } from './interval-bar.js';
import { Badge } from './state.js';
import { Table, type Column } from './table.js';

/** How a request is decided: which models are left and why, their scores, and what rules saw. */
export function ExplanationView({ of }: { of: ExplainResponse }) {
  const { explanation, ruleTraces, ruleTracesOmitted } = of;
  return (
    <>
      <Funnel of={explanation} />
      <Table
        caption="Candidates"
        fileName="sextant-candidates"
        columns={CANDIDATES}
        rows={explanation.candidates}
        keyOf={armOf}
        whenEmpty="No model is left: the table of those removed says why."
      />
      <Table
        caption="Removed"
        fileName="sextant-removed"
        columns={REMOVALS}
        rows={explanation.removals}
        keyOf={(row) => `${armOf(row)} ${row.filter} ${row.ruleId}`}
        whenEmpty="No model was removed."
      />
      <Rules traces={ruleTraces} omitted={ruleTracesOmitted} />
    </>
  );
}

const armOf = ({ model, variant }: { model: string; variant?: string }): string =>
  variant === undefined ? model : `${model} ${variant}`;

const CANDIDATES: readonly Column<CandidateScore>[] = [
  { title: 'Model', value: armOf },
  {
    title: 'Propensity',
    help: 'The probability with which it is chosen',
    isNumeric: true,
    value: ({ propensity }) => propensity,
    cell: ({ propensity }) => <ShareBar share={propensity} label={percent(propensity)} />,
  },
  {
    title: 'Utility',
    help: 'Expected, by the weights and λ of this request',
    isNumeric: true,
    value: ({ expectedUtility }) => expectedUtility,
    cell: ({ expectedUtility }) => decimal(expectedUtility, 4),
  },
  {
    title: 'Quality',
    help: 'Expected for this request ± one standard deviation of the belief',
    isNumeric: true,
    value: ({ expectedQuality }) => expectedQuality,
    cell: ({ expectedQuality, qualitySd }) => `${decimal(expectedQuality, 3)} ± ${decimal(qualitySd, 3)}`,
  },
  {
    title: 'Observations',
    isNumeric: true,
    value: ({ qualityObservations }) => qualityObservations,
    cell: ({ qualityObservations }) => whole(qualityObservations),
  },
  {
    title: 'Success',
    isNumeric: true,
    value: ({ expectedSuccess }) => expectedSuccess,
    cell: ({ expectedSuccess }) => percent(expectedSuccess),
  },
  {
    title: 'Cost, USD',
    isNumeric: true,
    value: ({ cost }) => (cost === undefined ? null : Number(cost.meanNanoUsd) / 1e9),
    cell: ({ cost }) => (cost === undefined ? 'unknown' : usdNumber(Number(cost.meanNanoUsd))),
  },
  {
    title: 'Latency',
    isNumeric: true,
    value: ({ latency }) => parseFloat(latency),
    cell: ({ latency }) => milliseconds(parseFloat(latency) * 1000),
  },
];

const REMOVALS: readonly Column<Removal>[] = [
  { title: 'Model', value: armOf },
  { title: 'By', value: ({ filter, ruleId }) => (ruleId === '' ? filterWord(filter) : `rule ${ruleId}`) },
  {
    title: 'Because',
    value: ({ reason }) => reason,
    cell: ({ reason }) => <span class="wraps">{reason}</span>,
  },
];

export const filterWord = (filter: string): string =>
  filter.replace('FILTER_', '').toLowerCase().replaceAll('_', ' ');

/** Rules by id, those that fired first; the conditions of one model each, open on demand. */
function Rules({ traces, omitted }: { traces: readonly RuleTrace[]; omitted: number }) {
  const byRule = new Map<string, RuleTrace[]>();
  for (const trace of traces) byRule.set(trace.ruleId, [...(byRule.get(trace.ruleId) ?? []), trace]);
  const rules = [...byRule].sort(([, a], [, b]) => Number(hasFired(b)) - Number(hasFired(a)));
  return (
    <section class="panel">
      <h2>What rules saw</h2>
      {rules.length === 0 && <p class="empty">The policy has no rules.</p>}
      {rules.map(([id, asked]) => (
        <Rule key={id} id={id} asked={asked} />
      ))}
      {omitted > 0 && <p class="hint">{omitted} more evaluations are not told.</p>}
    </section>
  );
}

const hasFired = (asked: readonly RuleTrace[]): boolean => asked.some(({ fired }) => fired);

function Rule({ id, asked }: { id: string; asked: readonly RuleTrace[] }) {
  const fired = asked.filter((trace) => trace.fired).length;
  const isOnRequest = asked[0]!.model === '';
  const where = isOnRequest ? 'on the request' : `on ${fired} of ${asked.length} models`;
  return (
    <details class="rule">
      <summary>
        <Badge tone={fired > 0 ? 'good' : 'plain'}>{fired > 0 ? 'fired' : 'did not fire'}</Badge> <b>{id}</b>{' '}
        <small>
          {asked[0]!.event}
          {(fired > 0 || !isOnRequest) && `, ${where}`}
        </small>
      </summary>
      {asked.map((trace, i) => (
        <div key={i} class="trace">
          {!isOnRequest && <h3>{armOf(trace)}</h3>}
          <ConditionTree node={trace.conditions} />
        </div>
      ))}
    </details>
  );
}
