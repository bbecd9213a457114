import type { SpanName } from '../../src/admin/views.js';

export const SPAN_NAMES: Readonly<Record<SpanName, string>> = {
  '15m': '15 minutes',
  '1h': '1 hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
};
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
export const SPAN_MS: Readonly<Record<SpanName, number>> = {
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
};
export const SPANS = Object.keys(SPAN_NAMES) as readonly SpanName[];

export const VIEWS = [
  'overview',
  'bandit',
  'tradeoff',
  'decisions',
  'experiments',
  'evaluation',
  'rules',
  'priors',
  'models',
  'spend',
  'system',
] as const;
export type ViewName = (typeof VIEWS)[number];

export const TITLES: Readonly<Record<ViewName, string>> = {
  overview: 'Overview',
  bandit: 'Bandit',
  tradeoff: 'Cost and quality',
  decisions: 'Decisions',
  experiments: 'Experiments',
  evaluation: 'Evaluation',
  rules: 'Rules',
  priors: 'Priors',
  models: 'Models',
  spend: 'Spend',
  system: 'System',
};

/** What the address holds, so that a view can be shared and kept. */
export interface Route {
  readonly view: ViewName;
  /** Empty: the first that there is. */
  readonly useCase: string;
  readonly span: SpanName;
  /** What the view alone understands, such as a filter. */
  readonly params: Params;
}

export type Params = Readonly<Record<string, string>>;

const SHARED = ['view', 'useCase', 'span'];

export function parseRoute(search: string): Route {
  const query = new URLSearchParams(search);
  return {
    view: VIEWS.find((view) => view === query.get('view')) ?? 'overview',
    useCase: query.get('useCase') ?? '',
    span: SPANS.find((span) => span === query.get('span')) ?? '15m',
    params: Object.fromEntries([...query].filter(([key, value]) => !SHARED.includes(key) && value !== '')),
  };
}

export function hrefOf({ view, useCase, span, params }: Route): string {
  const query = new URLSearchParams();
  if (view !== 'overview') query.set('view', view);
  if (useCase !== '') query.set('useCase', useCase);
  if (span !== '15m') query.set('span', span);
  for (const [key, value] of Object.entries(params)) if (value !== '') query.set(key, value);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** What one view understands is nothing to another. */
export function routeAfter(route: Route, change: Partial<Route>): Route {
  const isLeaving = change.view !== undefined && change.view !== route.view;
  return { ...route, ...(isLeaving && { params: {} }), ...change };
}

/** A step of history each, or in place of the one before. */
export type Go = (change: Partial<Route>, how?: 'push' | 'replace') => void;
