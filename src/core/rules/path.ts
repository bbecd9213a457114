import { RULE_LIMITS } from './limits.js';

export type PathSegment = string | number;
export type ParsedPath =
  | { readonly ok: true; readonly segments: readonly PathSegment[] }
  | { readonly ok: false; readonly reason: string };

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const SEGMENT = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(0|[1-9][0-9]{0,8})\]|\['([^'\\\]]+)'\]|\["([^"\\\]]+)"\]/y;
const PLAIN = "only plain member and index access is allowed, such as $.a.b[0]['c']";

/** Reads a plain path by hand: no filter, wildcard, slice or script of JSONPath ever runs. */
export function parsePath(text: string): ParsedPath {
  if (text.length > RULE_LIMITS.pathLength) {
    return { ok: false, reason: `longer than ${RULE_LIMITS.pathLength} characters` };
  }
  if (!text.startsWith('$')) return { ok: false, reason: 'must start with $' };
  const segments: PathSegment[] = [];
  let at = 1;
  while (at < text.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(text);
    if (match === null) return { ok: false, reason: `cannot read it from character ${at + 1}: ${PLAIN}` };
    at = SEGMENT.lastIndex;
    const name = match[1] ?? match[3] ?? match[4];
    if (name !== undefined && FORBIDDEN.has(name)) return { ok: false, reason: `${name} may not be read` };
    segments.push(name ?? Number(match[2]));
    if (segments.length > RULE_LIMITS.pathSegments) {
      return { ok: false, reason: `more than ${RULE_LIMITS.pathSegments} steps` };
    }
  }
  return { ok: true, segments };
}

/** One step along a path: an own property of an object, else undefined. */
export function readMember(value: unknown, segment: PathSegment): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, segment)) return undefined;
  return (value as Readonly<Record<PathSegment, unknown>>)[segment];
}
