import type { ErrorObject } from 'ajv';
import { suggestWord } from '../core/closest-word.js';
import type { Fault, SchemaCheck } from '../core/fault.js';
import { SCHEMA_CHECKS, type SCHEMA_NAMES } from '../gen/schema-checks.js';

/** `/models/3/prices` of RFC 6901 as `models[3].prices`; the root is the empty string. */
function memberPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

function join(path: string, member: string): string {
  const plain = /^[$A-Za-z_][$\w]*$/.test(member);
  if (!plain) return `${path}[${JSON.stringify(member)}]`;
  return path === '' ? member : `${path}.${member}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function words(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function faultOf(error: ErrorObject, file: string): Fault {
  const path = memberPath(error.instancePath);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const field = String(params['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
      return { file, path: join(path, field), reason: 'is not a known field', ...suggestWord(field, known) };
    }
    case 'required':
      return { file, path: join(path, String(params['missingProperty'])), reason: 'is required' };
    case 'enum': {
      const allowed = words(params['allowedValues']);
      const reason = `${shown(error.data)} is not one of ${allowed.join(', ')}`;
      return { file, path, reason, ...suggestWord(String(error.data), allowed) };
    }
    case 'type':
      return {
        file,
        path: path || '$',
        reason: `must be ${words([params['type']].flat()).join(' or ')}, not ${kindOf(error.data)}`,
      };
    case 'pattern':
      return { file, path, reason: `${shown(error.data)} must match ${String(params['pattern'])}` };
    default:
      return { file, path: path || '$', reason: `${shown(error.data)} ${error.message ?? error.keyword}` };
  }
}

/** The check of a published schema, which names every fault at its path. */
export function schemaCheck(name: (typeof SCHEMA_NAMES)[number]): SchemaCheck {
  const validate = SCHEMA_CHECKS[name];
  return (value, file) => {
    if (validate(value)) return [];
    // Summaries of faults that stand in the list by themselves.
    const summaries = new Set(['if', 'oneOf', 'anyOf', 'allOf', 'not']);
    const errors = validate.errors ?? [];
    const plain = errors.filter((error) => !summaries.has(error.keyword));
    return (plain.length > 0 ? plain : errors).map((error) => faultOf(error, file));
  };
}
