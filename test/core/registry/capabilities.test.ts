import { describe, expect, it } from 'vitest';
import {
  ANY_MODEL,
  matchCapabilities,
  type CapabilityFilter,
} from '../../../src/core/registry/capabilities.js';
import { validateCapabilityFilter } from '../../../src/core/registry/capability-filter.js';
import { editDistance } from '../../../src/core/closest-word.js';
import { model } from './fixture.js';

const one = model('acme/one', {
  family: 'one',
  capabilities: ['tools', 'json_schema'],
  tags: ['fast'],
  regions: ['eu'],
  dataPolicies: ['no_training'],
});

function mismatch(filter: Partial<CapabilityFilter>): string | undefined {
  return matchCapabilities(one, { ...ANY_MODEL, ...filter })?.detail;
}

describe('a capability filter', () => {
  it('passes every model when it asks for nothing', () => {
    expect(matchCapabilities(one, ANY_MODEL)).toBeNull();
    expect(mismatch({ regions: [], providers: [], families: [], inputModalities: [] })).toBeUndefined();
  });

  it('passes a model that has all, any and none of the labels asked for', () => {
    expect(
      mismatch({ allOf: ['tools', 'tag:fast'], anyOf: ['reasoning', 'json_schema'], noneOf: ['web_search'] }),
    ).toBeUndefined();
  });

  it.each<[string, Partial<CapabilityFilter>]>([
    ['needs capability reasoning', { allOf: ['tools', 'reasoning'] }],
    ['needs tag cheap', { allOf: ['tag:cheap'] }],
    ['needs one of capability reasoning, tag cheap', { anyOf: ['reasoning', 'tag:cheap'] }],
    ['has tag fast, which is ruled out', { noneOf: ['tag:fast'] }],
    ['context window 8000 tokens, needs 20000', { minContextWindowTokens: 20000 }],
    ['output limit 1000 tokens, needs 1001', { minOutputTokens: 1001 }],
    ['does not read image', { inputModalities: ['text', 'image'] }],
    ['does not write audio', { outputModalities: ['audio'] }],
    ['is in eu, needs us or cn', { regions: ['us', 'cn'] }],
    ['needs data policy hipaa', { dataPolicies: ['no_training', 'hipaa'] }],
    ['provider acme, needs openai', { providers: ['openai'] }],
    ['family one, needs two', { families: ['two'] }],
  ])('says "%s"', (detail, filter) => {
    expect(mismatch(filter)).toBe(detail);
  });

  it('takes a model that states no region for no region', () => {
    const silent = model('acme/two');
    expect(matchCapabilities(silent, { ...ANY_MODEL, regions: ['eu'] })).toEqual({
      requirement: 'region',
      detail: 'states no region, needs eu',
    });
  });

  it('accepts a limit that is met exactly', () => {
    expect(mismatch({ minContextWindowTokens: 8000, minOutputTokens: 1000 })).toBeUndefined();
  });
});

describe('a written filter', () => {
  const faults = (filter: object) =>
    validateCapabilityFilter({ ...ANY_MODEL, ...filter }, 'filter').map(
      ({ path, reason }) => `${path}: ${reason}`,
    );

  it('is refused for labels that nobody knows, with the one that was meant', () => {
    expect(
      validateCapabilityFilter({ ...ANY_MODEL, allOf: ['tool', 'vegan', 'tag:x', 'tag:'] }, 'filter'),
    ).toEqual([
      { path: 'filter.allOf[0]', reason: '"tool" is not a capability', suggestion: 'did you mean "tools"?' },
      {
        path: 'filter.allOf[1]',
        reason: '"vegan" is not a capability',
        suggestion: 'write tag:vegan for a free label',
      },
      { path: 'filter.allOf[3]', reason: 'names no tag', suggestion: 'write tag:<tag>' },
    ]);
  });

  it('is refused when no model could pass it', () => {
    expect(faults({ allOf: ['tools'], noneOf: ['tools'] })).toEqual([
      'filter.allOf[0]: "tools" is in noneOf as well',
    ]);
    expect(faults({ anyOf: ['tools', 'reasoning'], noneOf: ['tools'] })).toEqual([]);
    expect(faults({ anyOf: ['tools'], noneOf: ['tools'] })).toEqual([
      'filter.anyOf: every label is in noneOf as well',
    ]);
  });

  it('is refused for limits that are not positive whole tokens', () => {
    for (const tokens of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(faults({ minContextWindowTokens: tokens, minOutputTokens: tokens })).toHaveLength(2);
    }
  });

  it('is refused for a modality that nobody knows', () => {
    expect(faults({ inputModalities: ['smell'] })).toEqual([
      'filter.inputModalities[0]: "smell" is not a modality',
    ]);
  });
});

it('edit distance counts insertions, deletions and substitutions', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('same', 'same')).toBe(0);
});
