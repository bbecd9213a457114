import { useRef } from 'preact/hooks';
import type { DecisionsView, DecisionView } from '../../../src/admin/decision-views.js';
import type { LeaderboardView } from '../../../src/admin/views.js';
import type { ExplainResponse } from '../contract.js';
import { decimal, percent, usdNumber } from '../format.js';
import { useCall, useView } from '../load.js';
import { Scatter } from '../parts/scatter.js';
import { Slider } from '../parts/slider.js';
import { WhenLoaded } from '../parts/state.js';
import { ForUseCase } from '../parts/use-case-choice.js';
import type { Go, Route } from '../route.js';
import { useSpanView } from '../span-view.js';

/** What quality costs, and which model other weights would choose. */
export function Tradeoff({ route, go }: { route: Route; go: Go }) {
  return (
    <ForUseCase route={route} go={go}>
      {(useCase) => <OfUseCase useCase={useCase} route={route} go={go} />}
    </ForUseCase>
  );
}

interface OfUseCaseProps {
  readonly useCase: string;
  readonly route: Route;
  readonly go: Go;
}

function OfUseCase({ useCase, route, go }: OfUseCaseProps) {
  const name = encodeURIComponent(useCase);
  const board = useSpanView<LeaderboardView>('leaderboard', '30d', useCase);
  const newest = useView<DecisionsView>(`/api/v1/decisions?useCase=${name}`, { again: false });
  const id = newest.data?.decisions[0]?.decisionId;
  const decision = useView<DecisionView>(id && `/api/v1/decision?id=${id}`, { again: false });
  const request = requestOf(useCase, decision.data);
  const weights = weightsOf(route.params);
  const isKnown =
    newest.error !== undefined ||
    (newest.data !== undefined &&
      (id === undefined || decision.data !== undefined || decision.error !== undefined));
  const answer = useCall<ExplainResponse>(
    'SelectionService/Explain',
    isKnown ? { request: { ...request, ...(weights && { preferences: weights }) } } : undefined,
  );
  // While a slider moves, the answer before stays.
  const last = useRef<ExplainResponse | undefined>(undefined);
  if (answer.data !== undefined) last.current = answer.data;
  const shown = answer.data ?? last.current;
  return (
    <>
      <WeightSliders route={route} go={go} answer={shown} />
      <WhenLoaded of={board}>
        {({ leaders }) => (
          <Scatter leaders={leaders} propensities={propensitiesOf(shown)} useCase={useCase} />
        )}
      </WhenLoaded>
      {answer.error !== undefined && (
        <p class="problem" role="alert">
          What these weights would choose is not known: {answer.error}.
        </p>
      )}
      {shown !== undefined && <Chosen answer={shown} isLogged={id !== undefined} />}
    </>
  );
}

/** The newest logged request of the use case; where there is none, one that is neither easy nor hard. */
function requestOf(useCase: string, decision: DecisionView | undefined): object {
  const logged = (decision?.explainRequest as { request?: { preferences?: object } } | null | undefined)
    ?.request;
  if (logged !== undefined) return { ...logged, preferences: undefined };
  const complexity = { length: 0.3, reasoningDepth: 0.3, domainKnowledge: 0.3 };
  return { useCase, input: { complexity, inputTokens: '300' } };
}

const NAMES = ['quality', 'cost', 'latency'] as const;
type Weights = Readonly<Record<(typeof NAMES)[number], number>>;

/** Absent where the address says none: the policy’s then. */
function weightsOf(params: Route['params']): Weights | undefined {
  if (NAMES.every((name) => params[name] === undefined)) return undefined;
  const [quality = 0, cost = 0, latency = 0] = NAMES.map((name) => {
    const value = Number(params[name] ?? 0);
    return value >= 0 && value <= 1 ? value : 0;
  });
  return quality + cost + latency > 0 ? { quality, cost, latency } : undefined;
}

const propensitiesOf = (answer: ExplainResponse | undefined): ReadonlyMap<string, number> =>
  new Map(
    answer?.explanation.candidates.map(({ model, variant, propensity }) => [variant ?? model, propensity]),
  );

interface SlidersProps {
  readonly route: Route;
  readonly go: Go;
  readonly answer: ExplainResponse | undefined;
}

function WeightSliders({ route, go, answer }: SlidersProps) {
  const used: Weights = weightsOf(route.params) ??
    answer?.explanation.weights ?? { quality: 1, cost: 0, latency: 0 };
  const set = (name: string, value: string): void => {
    const all = Object.fromEntries(NAMES.map((each) => [each, String(used[each])]));
    go({ params: { ...all, [name]: value } }, 'replace');
  };
  return (
    <div class="filters panel" role="group" aria-label="Weights">
      {NAMES.map((name) => (
        <Slider
          key={name}
          label={`Weight of ${name}`}
          value={used[name]}
          min={0}
          max={1}
          step={0.05}
          onChange={(value) => set(name, value)}
        />
      ))}
      <button type="button" onClick={() => go({ params: {} })}>
        The policy’s
      </button>
    </div>
  );
}

function Chosen({ answer: { explanation }, isLogged }: { answer: ExplainResponse; isLogged: boolean }) {
  const { candidates, weights, weightsRuleId, lambda } = explanation;
  const [first] = [...candidates].sort((a, b) => b.propensity - a.propensity);
  if (first === undefined) return <p class="empty panel">No model is left for such a request.</p>;
  const costs =
    first.cost === undefined ? '' : `, at ${usdNumber(Number(first.cost.meanNanoUsd))} USD expected`;
  return (
    <p class="panel">
      With quality {decimal(weights.quality)}, cost {decimal(weights.cost)} and latency{' '}
      {decimal(weights.latency)}, <b>{first.model}</b> would be chosen with {percent(first.propensity)}
      {costs}
      {lambda > 0 && `; the budget’s λ is ${lambda.toPrecision(2)}`}.{' '}
      {weightsRuleId !== '' && `Rule ${weightsRuleId} sets the weights, whatever a request asks for. `}
      <small>
        {isLogged
          ? 'For the newest logged request of the use case, by what is learned now.'
          : 'For a request of middling complexity: none is logged.'}
      </small>
    </p>
  );
}
