import type { SettingSchema } from './config-schema.js';

/** A value read from text, or why the text is no such value. */
export type ReadValue = { readonly value: unknown } | { readonly reason: string };

function readNumber(text: string, type: 'integer' | 'number'): ReadValue {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
  return fits ? { value } : { reason: `must be ${type === 'integer' ? 'an integer' : 'a number'}` };
}

function readJson(text: string, type: 'array' | 'object'): ReadValue {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // The parser's own message quotes the text, which may hold what no log should.
    return { reason: `must be a JSON ${type}` };
  }
}

/** The value that a variable or a flag wrote as text: lists and objects are JSON, the rest plain. */
export function readValue(text: string, schema: SettingSchema): ReadValue {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return readNumber(text, schema.type);
    case 'array':
    case 'object':
      return readJson(text, schema.type);
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { value: text === 'true' }
        : { reason: 'must be true or false' };
    default:
      // An enumeration may hold other things than strings: `true` in the environment means true.
      return { value: schema.enum?.find((choice) => String(choice) === text) ?? text };
  }
}
