import type { ModelsView, ModelView } from '../../../src/admin/views.js';
import { periodsOf, type Period } from '../breaker-periods.js';
import { at, atSecond, duration, whole } from '../format.js';
import { cut, shortName } from '../sentence.js';
import { Picture } from './picture.js';
import { numbers, Table, times, type Column } from './table.js';

const WIDTH_MOST = 1100;
const ROW = 22;
const DAY_MS = 86_400_000;

/** The breakers of models that were called, over the last day, and how their calls ended. */
export function Availability({ view: { models, sinceMs, nowMs } }: { view: ModelsView }) {
  const called = models.filter(({ statuses, breaker }) => statuses.length > 0 || breaker.changes.length > 0);
  const span = { fromMs: Math.max(sinceMs, nowMs - DAY_MS), toMs: nowMs };
  const periods = called.flatMap((model) => periodsOf(model, span));
  return (
    <>
      <Picture
        caption="Breakers over time"
        fileName="sextant-breakers"
        columns={COLUMNS}
        rows={periods}
        keyOf={({ model, fromMs }) => `${model} ${fromMs}`}
        whenEmpty="No call was reported yet."
        widthMost={WIDTH_MOST}
        canDraw={periods.length > 0}
        hint={
          <>
            Since {at(span.fromMs)}: a day at most, and no longer than this process and the outcomes that it
            read again at its start tell. <b class="state closed">Closed</b>,{' '}
            <b class="state half-open">half-open</b>, <b class="state open">open</b>.
          </>
        }
      >
        {(width) => <Rows models={called} periods={periods} span={span} width={width} />}
      </Picture>
      <Table
        caption="How calls ended"
        fileName="sextant-call-statuses"
        columns={statusColumnsOf(called)}
        rows={called.filter(({ statuses }) => statuses.length > 0)}
        keyOf={({ model }) => model}
        whenEmpty="No call was reported in the last day."
      />
    </>
  );
}

interface RowsProps {
  readonly models: readonly ModelView[];
  readonly periods: readonly Period[];
  readonly span: { readonly fromMs: number; readonly toMs: number };
  readonly width: number;
}

function Rows({ models, periods, span: { fromMs, toMs }, width }: RowsProps) {
  const label = Math.min(190, width * 0.4);
  const height = ROW * models.length + 22;
  const x = (timeMs: number): number => label + ((timeMs - fromMs) / (toMs - fromMs || 1)) * (width - label);
  return (
    <svg
      class="plot breakers"
      width={width}
      height={height}
      role="img"
      aria-label={`Breakers of ${models.length} models over time; the table has the figures.`}
    >
      {models.map(({ model }, i) => (
        <g key={model}>
          <text class="name" x="0" y={i * ROW + 15}>
            {cut(shortName(model), label / 7)}
          </text>
          {periods
            .filter((period) => period.model === model)
            .map((period) => (
              <rect
                key={period.fromMs}
                class={period.state}
                x={x(period.fromMs)}
                y={i * ROW + (period.state === 'closed' ? 9 : 4)}
                width={Math.max(2, x(period.toMs) - x(period.fromMs))}
                height={period.state === 'closed' ? 4 : 14}
              >
                <title>{`${model} was ${period.state} from ${atSecond(period.fromMs)} for ${duration(period.toMs - period.fromMs)}`}</title>
              </rect>
            ))}
        </g>
      ))}
      <text x={label} y={height - 6}>
        {at(fromMs)}
      </text>
      {width > 500 && (
        <text x={width} y={height - 6} text-anchor="end">
          {at(toMs)}
        </text>
      )}
    </svg>
  );
}

const COLUMNS: readonly Column<Period>[] = [
  { title: 'Model', value: ({ model }) => model },
  { title: 'State', value: ({ state }) => state },
  times('From', ({ fromMs }) => fromMs),
  times('Until', ({ toMs }) => toMs),
  numbers('For', ({ fromMs, toMs }) => toMs - fromMs, duration, { unit: 1000 }),
  { title: 'Why it opened', value: ({ reason }) => reason },
];

/** A column for each status that any model had. */
function statusColumnsOf(models: readonly ModelView[]): Column<ModelView>[] {
  const statuses = [...new Set(models.flatMap((model) => model.statuses.map(({ status }) => status)))];
  const countOf = (model: ModelView, status: string): number =>
    model.statuses.find((one) => one.status === status)?.count ?? 0;
  return [
    { title: 'Model', value: ({ model }) => model },
    ...statuses.map((status) =>
      numbers<ModelView>(status.replaceAll('_', ' '), (model) => countOf(model, status), whole),
    ),
  ];
}
