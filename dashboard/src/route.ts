import type { SpanName } from '../../src/admin/views.js';

export const VIEWS = ['overview', 'bandit', 'models', 'spend', 'system'] as const;
export type ViewName = (typeof VIEWS)[number];

export const TITLES: Readonly<Record<ViewName, string>> = {
  overview: 'Overview',
  bandit: 'Bandit',
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
}

export function parseRoute(search: string): Route {
  const query = new URLSearchParams(search);
  return {
    view: VIEWS.find((view) => view === query.get('view')) ?? 'overview',
    useCase: query.get('useCase') ?? '',
    span: query.get('span') === '24h' ? '24h' : '15m',
  };
}

export function hrefOf({ view, useCase, span }: Route): string {
  const query = new URLSearchParams();
  if (view !== 'overview') query.set('view', view);
  if (useCase !== '') query.set('useCase', useCase);
  if (span !== '15m') query.set('span', span);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

export type Go = (change: Partial<Route>) => void;
