import type { SeriesView } from '../../src/admin/views.js';
import type { ChartLine } from './parts/chart.js';

type Figure = Exclude<keyof SeriesView['models'][number], 'model'>;

export const linesOf = ({ models }: SeriesView, figure: Figure): ChartLine[] =>
  models.map(({ model, [figure]: values }) => ({ name: model, values }));
