import { totalOf, type BeforeAfter } from '../comparison.js';
import type {
  ComparedLoss,
  ComparedMove,
  ComparedRequest,
  ComparedUseCase,
  ComparePoliciesResponse,
} from '../contract.js';
import { at, atSecond, DASH, percent, shortVersion, threeDigits, usdNumber, whole } from '../format.js';
import { RouteLink } from '../parts/route-link.js';
import { Stat } from '../parts/state.js';
import { costs, numbers, Table, type Column } from '../parts/table.js';
import type { Go, Route } from '../route.js';
import { shortName } from '../sentence.js';

interface ResultProps {
  readonly of: ComparePoliciesResponse;
  readonly route: Route;
  readonly go: Go;
}

/** What changes on logged requests from one policy to another: in all, by use case, from where to where, why, examples. */
export function ComparisonResult({ of, route, go }: ResultProps) {
  const { fromVersion, toVersion, firstTime, lastTime, useCases, moves, losses, disagreements } = of;
  const name = `sextant-compared-${shortVersion(fromVersion)}-${shortVersion(toVersion)}`;
  if (firstTime === undefined || lastTime === undefined)
    return <p class="empty panel">No logged request fits. {leftOut(of)}</p>;
  return (
    <>
      <Totals rows={useCases} />
      <p class="hint">
        {shortVersion(fromVersion)} → {shortVersion(toVersion)}, on requests from {at(Date.parse(firstTime))}{' '}
        to {at(Date.parse(lastTime))}. Each policy answers on what it would have believed at each of them.{' '}
        {leftOut(of)}
      </p>
      <Table
        caption="Changed, by use case"
        fileName={`${name}-use-cases`}
        columns={USE_CASES}
        rows={useCases}
        keyOf={({ useCase }) => useCase}
        whenEmpty=""
      />
      <Table
        caption="Goes elsewhere"
        fileName={`${name}-moves`}
        columns={MOVES}
        rows={moves}
        keyOf={({ from, to }) => `${from} ${to}`}
        whenEmpty="No request goes elsewhere."
      />
      {losses.length > 0 && (
        <Table
          caption="What takes candidates away"
          fileName={`${name}-losses`}
          columns={LOSSES}
          rows={losses}
          keyOf={({ cause }) => cause}
          whenEmpty=""
        />
      )}
      {disagreements.length > 0 && (
        <Table
          caption="Requests that change the most"
          fileName={`${name}-requests`}
          columns={requestsOf(route, go)}
          rows={disagreements}
          keyOf={({ decisionId }) => decisionId}
          whenEmpty=""
        />
      )}
    </>
  );
}

function Totals({ rows }: { rows: readonly ComparedUseCase[] }) {
  const { requests, changedShare, refused, admitted, quality, costNanoUsd } = totalOf(rows);
  return (
    <dl class="stats">
      <Stat title="Requests">{whole(requests)}</Stat>
      <Stat title="Go elsewhere" help="Mean total variation of the choice">
        {percent(changedShare)}
      </Stat>
      <Stat title="Refused, newly">{whole(refused)}</Stat>
      <Stat title="No longer refused">{whole(admitted)}</Stat>
      <Stat title="Expected quality" help="Of requests that both answer">
        {fromTo(quality, threeDigits)}
      </Stat>
      <Stat title="Expected cost, USD a request" help="Of requests whose cost both know">
        {fromTo(costNanoUsd, usdNumber)}
      </Stat>
    </dl>
  );
}

const fromTo = (figure: BeforeAfter | undefined, text: (value: number) => string): string =>
  figure === undefined ? DASH : `${text(figure.before)} → ${text(figure.after)}`;

/** What the figures are not about. */
function leftOut({
  tooOld,
  otherContext,
  withoutPropensity,
  unseenAttributes,
}: ComparePoliciesResponse): string {
  const counted: readonly (readonly [string, string])[] = [
    [tooOld, 'were logged before what was asked was kept'],
    [otherContext, 'have contexts that one of the two cannot read'],
    [withoutPropensity, 'have no probability of their choice'],
  ];
  const said = counted
    .filter(([count]) => count !== '0')
    .map(([count, what]) => `${whole(Number(count))} requests ${what}.`);
  if (unseenAttributes.length > 0)
    said.push(`Rules read ${unseenAttributes.join(', ')}, which no logged request has.`);
  return said.join(' ');
}

const share = <Row,>(title: string, of: (row: Row) => number, help?: string): Column<Row> =>
  numbers(title, of, percent, help === undefined ? {} : { help });
const count = <Row,>(title: string, of: (row: Row) => string): Column<Row> =>
  numbers(title, (row) => Number(of(row)), whole);
/** Of no request there is no mean. */
const qualityOf = (row: ComparedUseCase): BeforeAfter | undefined => totalOf([row]).quality;
const costOf = (row: ComparedUseCase): BeforeAfter | undefined => totalOf([row]).costNanoUsd;

const USE_CASES: readonly Column<ComparedUseCase>[] = [
  { title: 'Use case', value: ({ useCase }) => useCase },
  count('Requests', ({ requests }) => requests),
  share('Go elsewhere', ({ changedShare }) => changedShare, 'Mean total variation of the choice'),
  {
    ...numbers('Quality', (row: ComparedUseCase) => qualityOf(row)?.before, threeDigits),
    cell: (row) => fromTo(qualityOf(row), threeDigits),
  },
  {
    ...numbers('Quality then', (row: ComparedUseCase) => qualityOf(row)?.after, threeDigits),
    isHidden: true,
  },
  {
    ...costs('USD a request', (row: ComparedUseCase) => costOf(row)?.before),
    cell: (row) => fromTo(costOf(row), usdNumber),
  },
  { ...costs('USD a request then', (row: ComparedUseCase) => costOf(row)?.after), isHidden: true },
  count('Refused', ({ refused }) => refused),
  count('Admitted', ({ admitted }) => admitted),
  count('Other models', ({ otherCandidates }) => otherCandidates),
  count('Other shares', ({ otherShares }) => otherShares),
  count('Other weights', ({ otherWeights }) => otherWeights),
];

const MOVES: readonly Column<ComparedMove>[] = [
  { title: 'From', value: ({ from }) => from },
  { title: 'To', value: ({ to }) => to },
  share('Of all requests', ({ share: of }) => of),
];

const LOSSES: readonly Column<ComparedLoss>[] = [
  { title: 'By', value: ({ cause }) => cause },
  count('Requests', ({ requests }) => requests),
  count('Candidates', ({ candidates }) => candidates),
];

/** What is different, in words. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  POLICY_DIFFERENCE_REFUSED: 'refused',
  POLICY_DIFFERENCE_ADMITTED: 'no longer refused',
  POLICY_DIFFERENCE_CANDIDATES: 'other candidates',
  POLICY_DIFFERENCE_SHARES: 'other shares',
};

const requestsOf = (route: Route, go: Go): readonly Column<ComparedRequest>[] => [
  {
    title: 'Time',
    value: ({ decideTime }) => decideTime,
    cell: ({ decideTime, decisionId }) => (
      <RouteLink route={route} go={go} to={{ view: 'decisions', params: { id: decisionId } }}>
        {atSecond(Date.parse(decideTime))}
      </RouteLink>
    ),
  },
  { title: 'Use case', value: ({ useCase }) => useCase },
  share('Goes elsewhere', ({ changedShare }) => changedShare),
  { title: 'What', value: ({ difference }) => DIFFERENCES[difference] ?? '' },
  {
    title: 'Likeliest before',
    value: ({ likeliestActive }) => likeliestActive,
    cell: ({ likeliestActive }) => shortName(likeliestActive) || 'refused',
  },
  {
    title: 'after',
    value: ({ likeliest }) => likeliest,
    cell: ({ likeliest }) => shortName(likeliest) || 'refused',
  },
  {
    title: 'Candidates lost by',
    value: ({ causes }) => causes.join('; '),
    cell: ({ causes }) => <span class="wraps">{causes.join('; ') || DASH}</span>,
  },
  { title: 'Decision', value: ({ decisionId }) => decisionId, isHidden: true },
];
