import { useState } from 'preact/hooks';
import type {
  CompareExperimentModelsResponse,
  ExperimentResult,
  Interval,
  ModelEstimate,
} from '../contract.js';
import { decimal, threeDigits, whole } from '../format.js';
import { useCall } from '../load.js';
import { WhenLoaded } from '../parts/state.js';
import { numbers, Table, type Column } from '../parts/table.js';

type RoutedRow = ExperimentResult['routed'][number];
const ROUTED: readonly Column<RoutedRow>[] = [
  { title: 'Arm', value: ({ arm }) => arm },
  { title: 'Routed to', value: ({ routedTo }) => routedTo },
  numbers('Decisions', ({ decisions }) => Number(decisions), whole),
  numbers('Quality as routed', ({ meanQuality }) => meanQuality, threeDigits),
];

/** What arms sent to models, as they routed it, and models compared where somebody asks for it: that reads the log. */
export function ModelsOfArms({ result: { routed }, id }: { result: ExperimentResult; id: string }) {
  const [run, setRun] = useState(0);
  return (
    <>
      <Table
        caption="Where arms sent requests"
        fileName={`sextant-experiment-${id}-routed`}
        columns={ROUTED}
        rows={routed}
        keyOf={({ arm, routedTo }) => `${arm} ${routedTo}`}
        whenEmpty="Nothing was reported yet."
      />
      <p class="hint">
        As routed: of the requests that an arm’s policy chose the model for, so that these means compare no
        models.{' '}
        <button type="button" onClick={() => setRun(run + 1)}>
          Compare models by AIPW
        </button>
      </p>
      {run > 0 && <Compared id={id} run={String(run)} />}
    </>
  );
}

function Compared({ id, run }: { id: string; run: string }) {
  const answer = useCall<CompareExperimentModelsResponse>(
    'ExperimentService/CompareExperimentModels',
    { id },
    { run },
  );
  return (
    <WhenLoaded of={answer}>
      {({ arms }) => (
        <>
          <Table
            caption="Models within arms, by AIPW"
            fileName={`sextant-experiment-${id}-models`}
            columns={COMPARED}
            rows={arms.flatMap(({ arm, models }) => models.map((model) => ({ arm, ...model })))}
            keyOf={({ arm, routedTo }) => `${arm} ${routedTo}`}
            whenEmpty="No model was chosen 30 times and reported on within one arm."
          />
          <p class="hint">
            Quality had the model answered all requests that could well have gone to it, with a probability of
            1/50 or more, by the logged probabilities; the difference is to the arm’s most chosen model, over
            requests that could well have gone to either. 95 % intervals, for one look.
            {arms
              .filter(({ withoutQuality }) => Number(withoutQuality) > 0)
              .map(
                ({ arm, withoutQuality }) =>
                  ` ${arm}: ${whole(Number(withoutQuality))} decisions without a quality are left out.`,
              )}
          </p>
        </>
      )}
    </WhenLoaded>
  );
}

const within = (interval: Interval | undefined): string =>
  interval === undefined ? '' : ` [${decimal(interval.low, 3)}, ${decimal(interval.high, 3)}]`;

type ComparedRow = ModelEstimate & { readonly arm: string };
const COMPARED: readonly Column<ComparedRow>[] = [
  { title: 'Arm', value: ({ arm }) => arm },
  { title: 'Model', value: ({ routedTo }) => routedTo },
  numbers('Chosen', ({ decisions }) => Number(decisions), whole),
  numbers('Quality as routed', ({ meanQualityAsRouted }) => meanQualityAsRouted, threeDigits),
  {
    ...numbers('Quality, AIPW', ({ meanQuality }: ComparedRow) => meanQuality, threeDigits),
    cell: ({ meanQuality, interval }) => decimal(meanQuality ?? null, 3) + within(interval),
  },
  numbers('Over', ({ supportedDecisions }) => Number(supportedDecisions), whole, {
    help: 'Requests that could well have gone to it',
  }),
  {
    ...numbers('Difference, AIPW', ({ difference }: ComparedRow) => difference?.value, threeDigits, {
      help: 'To the arm’s most chosen model',
    }),
    cell: ({ difference }) => decimal(difference?.value ?? null, 3) + within(difference?.interval),
  },
];
