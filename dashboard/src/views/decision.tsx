import type { AttemptView, DecisionView, LoggedCandidateView } from '../../../src/admin/decision-views.js';
import type { SessionView } from '../../../src/admin/views.js';
import type { ExplainResponse } from '../contract.js';
import { at, atSecond, decimal, milliseconds, percent, usd, usdNumber, whole } from '../format.js';
import { useCall, useView } from '../load.js';
import { CopyCall } from '../parts/copy-call.js';
import { ExplanationView } from '../parts/explanation.js';
import { Card, Fact } from '../parts/facts.js';
import { ShareBar } from '../parts/interval-bar.js';
import { RouteLink } from '../parts/route-link.js';
import { Badge, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import type { Go, Route } from '../route.js';
import { shortName } from '../sentence.js';

interface DecisionPageProps {
  readonly id: string;
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

/** One decision: what was logged, what came of it, and how it would be decided now. */
export function DecisionPage({ id, route, go, session }: DecisionPageProps) {
  const found = useView<DecisionView>(`/api/v1/decision?id=${encodeURIComponent(id)}`, { again: false });
  return (
    <>
      <p class="crumb">
        <RouteLink route={route} go={go} to={{ params: {} }}>
          All decisions
        </RouteLink>{' '}
        › <code>{id}</code>
      </p>
      <WhenLoaded of={found}>
        {(decision) => (
          <>
            <Facts of={decision} />
            <Table
              caption="What came of it"
              fileName={`sextant-attempts-${id}`}
              columns={ATTEMPTS}
              rows={decision.attempts}
              keyOf={({ attempt }) => String(attempt)}
              whenEmpty="Nothing was reported, or retention has removed it."
            />
            <Table
              caption="Candidates, as logged"
              fileName={`sextant-logged-${id}`}
              columns={LOGGED}
              rows={decision.logged}
              keyOf={({ model }) => model}
              whenEmpty="The log holds no candidates."
            />
            <Replayed of={decision} session={session} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function Facts({ of }: { of: DecisionView }) {
  const { weights, label, experiment } = of;
  return (
    <div class="cards">
      <Card title="Decision">
        <Fact name="Taken">{atSecond(of.timeMs)}</Fact>
        <Fact name="Model">{of.model}</Fact>
        <Fact name="Propensity">{percent(of.propensity)}</Fact>
        <Fact name="Fallbacks">
          {of.fallbacks === null ? 'not logged then' : of.fallbacks.map(shortName).join(', ') || 'none'}
        </Fact>
        <Fact name="Use case">{of.useCase}</Fact>
        <Fact name="Segment">{of.segment}</Fact>
        <Fact name="Policy">
          <code>{of.policyVersion.slice(0, 16)}</code>
        </Fact>
        <Fact name="Learned from">{whole(of.stateSequence)} outcomes</Fact>
      </Card>
      <Card title="Request">
        <Fact name="Task">{of.taskType.replaceAll('_', ' ')}</Fact>
        <Fact name="Complexity">
          {of.level} ({decimal(of.complexity, 3)})
        </Fact>
        <Fact name="Dimensions">
          {of.dimensions
            .filter(({ score }) => score >= 0.005)
            .map(({ name, score }) => `${name.replaceAll('_', ' ')} ${decimal(score)}`)
            .join(', ') || 'all near 0'}
        </Fact>
        <Fact name="Prompt tokens">{whole(of.inputTokens)}</Fact>
        <Fact name="Attributes">
          {of.attributes.length === 0
            ? 'none kept'
            : of.attributes.map(({ name, value }) => `${name} = ${value}`).join(', ')}
        </Fact>
      </Card>
      <Card title="Scoring">
        <Fact name="Weights">
          quality {decimal(weights.quality)}, cost {decimal(weights.cost)}, latency {decimal(weights.latency)}
        </Fact>
        <Fact name="λ of the budget">{of.lambda === 0 ? '0' : of.lambda.toPrecision(3)}</Fact>
        <Fact name="Seed of the draws">
          <code>{of.seed}</code>
        </Fact>
        <Fact name="Asked for a quality">
          {label === null ? 'never' : `${label.requested ? 'yes' : 'no'}, with ${percent(label.probability)}`}
        </Fact>
        <Fact name="Experiment">
          {experiment === null ? 'none' : `${experiment.experiment}, arm ${experiment.arm}`}
        </Fact>
        <Fact name="Logged with probability">{percent(of.samplingProbability)}</Fact>
      </Card>
    </div>
  );
}

/** The same request by the rules in force and with what is learned now. */
function Replayed({ of, session }: { of: DecisionView; session: SessionView }) {
  const { explainRequest, policyVersion, policyVersionNow, stateSequence, stateSequenceNow } = of;
  const answer = useCall<ExplainResponse>('SelectionService/Explain', explainRequest ?? undefined);
  if (explainRequest === null)
    return (
      <p class="empty panel">The log is from before requests were kept: it cannot be gone through again.</p>
    );
  const learned = stateSequenceNow - stateSequence;
  return (
    <section aria-label="Gone through again">
      <div class="panel-head">
        <h2>Gone through again, as it would be decided now</h2>
        <CopyCall request={explainRequest} session={session} />
      </div>
      <p class="hint">
        {policyVersion === policyVersionNow ? (
          'By the same policy'
        ) : (
          <Badge tone="warn">by another policy than the decision’s</Badge>
        )}
        , with {learned === 0 ? 'the same outcomes' : `${whole(learned)} more outcomes`}, breakers and money
        as they stand. The request’s text is not kept, nor are attributes but those that the configuration
        names: what rests on them may differ.
      </p>
      <WhenLoaded of={answer}>{(explained) => <ExplanationView of={explained} />}</WhenLoaded>
    </section>
  );
}

const ATTEMPTS: readonly Column<AttemptView>[] = [
  {
    title: 'Attempt',
    value: ({ attempt }) => attempt + 1,
    cell: ({ attempt }) => (attempt === 0 ? '1, the choice' : `${attempt + 1}, a fallback`),
  },
  { title: 'Model', value: ({ model }) => model },
  {
    title: 'Status',
    value: ({ status }) => status,
    cell: ({ status }) => (
      <Badge tone={status === 'success' ? 'good' : 'bad'}>{status ?? 'not reported'}</Badge>
    ),
  },
  {
    title: 'Quality',
    isNumeric: true,
    value: ({ quality }) => quality,
    cell: ({ quality }) => decimal(quality, 3),
  },
  { title: 'Judged by', value: ({ qualitySource }) => qualitySource },
  {
    title: 'Cost',
    isNumeric: true,
    value: ({ costNanoUsd }) => costNanoUsd && costNanoUsd / 1e9,
    cell: ({ costNanoUsd }) => usd(costNanoUsd),
  },
  {
    title: 'Latency',
    isNumeric: true,
    value: ({ latencyMs }) => latencyMs,
    cell: ({ latencyMs }) => milliseconds(latencyMs),
  },
  {
    title: 'Answer tokens',
    isNumeric: true,
    value: ({ outputTokens }) => outputTokens,
    cell: ({ outputTokens }) => whole(outputTokens),
  },
  { title: 'Time', value: ({ timeMs }) => new Date(timeMs).toISOString(), cell: ({ timeMs }) => at(timeMs) },
];

const LOGGED: readonly Column<LoggedCandidateView>[] = [
  {
    title: 'Model',
    value: ({ model }) => model,
    cell: ({ model, isChoice, fallback }) => (
      <>
        {model} {isChoice && <Badge tone="good">chosen</Badge>}
        {fallback !== null && <Badge tone="plain">fallback {fallback}</Badge>}
      </>
    ),
  },
  { title: 'Place', value: ({ isChoice, fallback }) => (isChoice ? 0 : fallback), isHidden: true },
  {
    title: 'Propensity',
    isNumeric: true,
    value: ({ propensity }) => propensity,
    cell: ({ propensity }) => <ShareBar share={propensity} label={percent(propensity)} />,
  },
  {
    title: 'Expected quality',
    isNumeric: true,
    value: ({ expectedQuality }) => expectedQuality,
    cell: ({ expectedQuality }) => decimal(expectedQuality, 3),
  },
  {
    title: 'Expected cost, USD',
    isNumeric: true,
    value: ({ expectedCostNanoUsd }) => expectedCostNanoUsd && expectedCostNanoUsd / 1e9,
    cell: ({ expectedCostNanoUsd }) => (expectedCostNanoUsd === null ? '–' : usdNumber(expectedCostNanoUsd)),
  },
];
