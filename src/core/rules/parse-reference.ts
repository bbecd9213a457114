import { closestWord } from '../closest-word.js';
import { suggestWord } from './suggestion.js';
import { isTimeZone } from './clock.js';
import type { FactReference } from './condition.js';
import { fieldOf, readFields, type Fields, type Report } from './field-reader.js';
import { parsePath, type PathSegment } from './path.js';
import { FACT_MEMBERS, FACT_NAMES, INNER_MEMBERS, type FactName } from './vocabulary.js';

function readFactName(value: unknown, path: string, report: Report): FactName | undefined {
  const name = FACT_NAMES.find((known) => known === value);
  if (name !== undefined) return name;
  if (typeof value === 'string')
    report(path, `unknown fact ${JSON.stringify(value.slice(0, 64))}`, suggestWord(value, FACT_NAMES));
  else report(path, value === undefined ? 'is missing' : 'must be the name of a fact');
  return undefined;
}

/** A second member that is not there would be undefined for ever. */
function checkInner(member: string, inner: PathSegment | undefined, path: string, report: Report): void {
  const known = INNER_MEMBERS.get(member);
  if (known === undefined) return;
  if (inner === undefined)
    report(path, `${member} is an object, so name one of its members`, `one of ${known.join(', ')}`);
  else if (!known.includes(String(inner)))
    report(path, `${member} has no member ${inner}`, suggestWord(String(inner), known));
}

function readSegments(
  fact: FactName,
  value: unknown,
  path: string,
  report: Report,
): FactReference['segments'] {
  const members = FACT_MEMBERS[fact];
  if (typeof value !== 'string') {
    const reason =
      value === undefined ? `is missing: ${fact} is an object, so name one of its members` : 'must be text';
    report(path, reason, `such as $.${members[0]}`);
    return [];
  }
  const parsed = parsePath(value);
  if (!parsed.ok) {
    report(path, parsed.reason);
    return [];
  }
  const first = parsed.segments[0];
  if (first === undefined) report(path, `names no member of ${fact}`, `such as $.${members[0]}`);
  else if (typeof first === 'number' || !members.includes(first)) {
    report(path, `${fact} has no member ${first}`, suggestWord(String(first), members));
  } else checkInner(`${fact}.${first}`, parsed.segments[1], path, report);
  return parsed.segments;
}

function suggestZone(given: unknown): string {
  const closest =
    typeof given === 'string' ? closestWord(given, Intl.supportedValuesOf('timeZone')) : undefined;
  return closest === undefined ? 'an IANA name such as Europe/Berlin' : `did you mean ${closest}?`;
}

function readTimeZone(fact: FactName, value: unknown, path: string, report: Report): string | undefined {
  if (fact !== 'clock') {
    if (value !== undefined)
      report(path, `${fact} takes no params`, 'only clock does: { "timeZone": "Europe/Berlin" }');
    return undefined;
  }
  if (value === undefined) return 'UTC';
  const params = readFields(value, path, report, ['timeZone']);
  if (params === undefined) return undefined;
  const timeZone = fieldOf(params, 'timeZone');
  if (typeof timeZone === 'string' && isTimeZone(timeZone)) return timeZone;
  report(`${path}.timeZone`, timeZone === undefined ? 'is missing' : 'unknown time zone', () =>
    suggestZone(timeZone),
  );
  return undefined;
}

/** Reads `fact`, `path` and `params` of a condition or of a fact-to-fact value. */
export function parseReference(fields: Fields, path: string, report: Report): FactReference | undefined {
  const fact = readFactName(fieldOf(fields, 'fact'), `${path}.fact`, report);
  if (fact === undefined) return undefined;
  const segments = readSegments(fact, fieldOf(fields, 'path'), `${path}.path`, report);
  const timeZone = readTimeZone(fact, fieldOf(fields, 'params'), `${path}.params`, report);
  return timeZone === undefined ? { fact, segments } : { fact, segments, timeZone };
}
