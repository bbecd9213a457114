import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { namedSchemas } from '../../src/config/named-schemas.js';
import { policyOf, SHIPPED_RULES, smallPolicy, ruleEntry } from '../builders/policy.js';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const shipped = await policyOf(SHIPPED_RULES);
const schemas = namedSchemas(shipped);

function validatorOf(text: string) {
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
  formats.default(ajv);
  return ajv.compile(JSON.parse(text) as object);
}
const readJson = (file: string): unknown => JSON.parse(readFileSync(join(SHIPPED_RULES, file), 'utf8'));
const jsonOf = (folder: string) =>
  readdirSync(join(SHIPPED_RULES, folder)).map((file) => `${folder}/${file}`);

describe('schemas with names', () => {
  it('take all that the shipped policy holds', () => {
    for (const [schema, files] of [['rules', jsonOf('rules')]] as const) {
      const validate = validatorOf(schemas.get(`${schema}.schema.json`)!);
      for (const file of files)
        expect([file, validate(readJson(file)), validate.errors]).toEqual([file, true, null]);
    }
  });

  it('offer models, tags, capabilities, conditions, paths and values, and insist on none of them', () => {
    const text = schemas.get('rules.schema.json')!;
    for (const name of [
      'openai/gpt-5-mini',
      'openai/*',
      'tier:economy',
      'web_search',
      'weekday-night',
      '$.prices.inputUsdPerMTok',
      '$.dimensions.reasoning_depth',
      'enterprise',
    ]) {
      expect(text).toContain(JSON.stringify(name));
    }
    const validate = validatorOf(text);
    const rule = ruleEntry('mine', 'restrict', { models: ['made/by-rpc'], tags: ['mine'] });
    expect(validate({ rules: [rule] })).toBe(true);
    const conditions = { all: [{ fact: 'model', path: '$.provider', operator: 'equal', value: 'somebody' }] };
    expect(validate({ rules: [ruleEntry('mine', 'exclude', { reason: 'x' }, { conditions })] })).toBe(true);
  });

  it('refuse what the published ones refuse', () => {
    const validate = validatorOf(schemas.get('rules.schema.json')!);
    const comparison = { fact: 'model', path: '$.id', operator: 'equals', value: 'x' };
    expect(
      validate({
        rules: [ruleEntry('a', 'exclude', { reason: 'x' }, { conditions: { all: [comparison] } })],
      }),
    ).toBe(false);
    expect(validate({ rules: [ruleEntry('a', 'pin', {})] })).toBe(false);
  });

  it('are valid for a policy that has next to no names', async () => {
    const small = namedSchemas(await smallPolicy());
    for (const text of small.values()) expect(() => validatorOf(text)).not.toThrow();
  });
});
