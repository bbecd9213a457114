import type { SeriesView } from '../../src/admin/views.js';
import { SLOWLY_MS, useView, type Loaded } from './load.js';
import type { ChartLine } from './parts/chart.js';
import type { Route } from './route.js';

/** Lines over the route's span, of one use case or of all; steps of a day and more are not read every few seconds. */
export function useSeries(span: Route['span'], useCase?: string): Loaded<SeriesView> {
  const of = useCase === undefined ? '' : `&useCase=${encodeURIComponent(useCase)}`;
  const isQuick = span === '15m' || span === '1h';
  return useView(`/api/v1/series?span=${span}${of}`, isQuick ? {} : { everyMs: SLOWLY_MS });
}

type Figure = Exclude<keyof SeriesView['models'][number], 'model'>;

export const linesOf = ({ models }: SeriesView, figure: Figure): ChartLine[] =>
  models.map(({ model, [figure]: values }) => ({ name: model, values }));
