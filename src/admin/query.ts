import type { DecisionId } from '../core/ids.js';
import { Refusal } from './admission.js';
import type { LogPlace } from '../runtime/decision-history.js';
import type { DecisionFilter } from './read/decisions.js';
import { SPANS } from './read/lately.js';
import { parseDecisionId, parsePlace } from './read/log-place.js';
import type { SpanName } from './views.js';

const MAX_NAME_LENGTH = 512;

/** @throws Refusal 400. */
export function spanOf(query: URLSearchParams): SpanName {
  const asked = query.get('span') ?? '15m';
  const span = SPANS.find((name) => name === asked);
  if (span === undefined) throw new Refusal(400, `span: must be one of ${SPANS.join(', ')}`);
  return span;
}

/** Absent where it is empty. @throws Refusal 400. */
export function nameOf(query: URLSearchParams, key: 'useCase' | 'model'): string | undefined {
  const name = query.get(key) ?? '';
  if (name.length > MAX_NAME_LENGTH) throw new Refusal(400, `${key}: is too long`);
  return name === '' ? undefined : name;
}

/** @throws Refusal 400 where a member cannot be read. */
export function decisionFilterOf(query: URLSearchParams): DecisionFilter {
  const [useCase, model] = [nameOf(query, 'useCase'), nameOf(query, 'model')];
  const [fromMs, toMs] = [timeOf(query, 'from'), timeOf(query, 'to')];
  const reported = query.get('reported') ?? '';
  if (!['', 'yes', 'no'].includes(reported)) throw new Refusal(400, 'reported: must be yes or no');
  const after = query.get('after') ?? '';
  return {
    ...(useCase !== undefined && { useCase }),
    ...(model !== undefined && { model }),
    ...(reported !== '' && { reported: reported === 'yes' }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    ...(after !== '' && { after: placeOf(after) }),
  };
}

/** @throws Refusal 400. */
export function decisionIdOf(text: string): DecisionId {
  const id = parseDecisionId(text);
  if (id === undefined) throw new Refusal(400, 'id: must be the id of a decision');
  return id;
}

function placeOf(text: string): LogPlace {
  const place = parsePlace(text);
  if (place === undefined) throw new Refusal(400, 'after: must be what a page named as next');
  return place;
}

function timeOf(query: URLSearchParams, key: 'from' | 'to'): number | undefined {
  const text = query.get(key) ?? '';
  if (text === '') return undefined;
  const timeMs = Number(text);
  if (!Number.isSafeInteger(timeMs) || timeMs < 0)
    throw new Refusal(400, `${key}: must be milliseconds since the Unix epoch`);
  return timeMs;
}
