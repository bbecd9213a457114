import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { POLICY_SCHEMA_NAMES } from '../../src/config/policy-schemas.js';
import { schemaCheck } from '../../src/config/schema-check.js';

test('every published schema is compiled', () => {
  const published = readdirSync(new URL('../../rules/schema/', import.meta.url));
  expect(POLICY_SCHEMA_NAMES.map((name) => `${name}.schema.json`).sort()).toEqual(published.sort());
});

test('a check names every fault at its path, with the word that was meant', () => {
  const faults = schemaCheck('config')(
    { server: { prot: 1 }, log: { level: 'inof' }, store: { path: 7 } },
    'a.yaml',
  );
  expect(faults).toEqual([
    {
      file: 'a.yaml',
      path: 'server.prot',
      reason: 'is not a known field',
      suggestion: expect.stringContaining('port') as string,
    },
    { file: 'a.yaml', path: 'store.path', reason: 'must be string, not 7' },
    {
      file: 'a.yaml',
      path: 'log.level',
      reason: expect.stringContaining('is not one of') as string,
      suggestion: expect.stringContaining('info') as string,
    },
  ]);
});
