import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { describeFault } from '../../../src/core/fault.js';
import { parsePrompts, type Prompts } from '../../../src/core/prompts/parse-prompts.js';
import { fillPrompt, missingParameters, promptOf } from '../../../src/core/prompts/prompt.js';
import { promptEtag, promptToJson } from '../../../src/core/prompts/prompt-to-json.js';
import type { ModelId } from '../../../src/core/registry/model.js';

const MODELS = [
  { id: 'acme/large' as ModelId, family: 'acme-one' },
  { id: 'acme/small' as ModelId, family: 'acme-one' },
];

const check = (value: unknown) =>
  parsePrompts({ file: 'prompts.json', value }, POLICY_CHECKS.prompts, {
    models: MODELS,
    source: 'models.json',
  });

const entry = (changes: object = {}): object => ({
  id: 'a',
  useCase: 'chat',
  system: 'Be {{tone}}.',
  parameters: { tone: { default: 'brief' } },
  status: 'active',
  ...changes,
});

function taken(value: unknown): Prompts {
  const checked = check(value);
  if (!checked.ok) throw new Error(checked.faults.map(describeFault).join('\n'));
  return checked.value;
}

const faultsOf = (...prompts: object[]): string[] => {
  const checked = check({ prompts });
  return checked.ok ? [] : checked.faults.map(describeFault);
};

describe('rules/prompts.json', () => {
  it('fills in version, parameters and review', () => {
    const { variants, review } = taken({
      prompts: [{ id: 'a', useCase: 'chat', promptId: 'mine/1', status: 'draft' }],
      review: { minOutcomes: 50 },
    });
    expect(variants).toEqual([
      { id: 'a', useCase: 'chat', promptId: 'mine/1', status: 'draft', version: 1, parameters: {} },
    ]);
    expect(review).toEqual({
      minOutcomes: 50,
      promoteAt: 0.95,
      maxExpectedLoss: 0.01,
      retireBelow: 0.05,
      automatic: false,
    });
  });

  it.each([
    [
      entry({ model: 'acme/larg' }),
      'prompts[0].model: "acme/larg" is not a model of models.json (did you mean "acme/large"?)',
    ],
    [
      entry({ family: 'acme-on' }),
      'prompts[0].family: no model of models.json has the family "acme-on" (did you mean "acme-one"?)',
    ],
    [
      entry({ model: 'acme/large', family: 'acme-one' }),
      'prompts[0].family: stands beside model, and only one of them may be there',
    ],
    [
      entry({ system: undefined, parameters: undefined }),
      'prompts[0].system: is missing: a prompt has system or promptId',
    ],
    [
      entry({ promptId: 'x' }),
      'prompts[0].promptId: stands beside system, and only one of them may be there',
    ],
    [entry({ system: ' ', parameters: undefined }), 'prompts[0].system: is empty'],
    [
      entry({ system: '{{tone}} {{who}}' }),
      'prompts[0].parameters["who"]: the text has a gap for "who", which parameters does not have',
    ],
    [
      entry({ parameters: { tone: {}, mood: {} } }),
      'prompts[0].parameters["mood"]: the text has no gap for it',
    ],
    [entry({ status: 'live' }), 'prompts[0].status: "live" is not one of draft, active, retired'],
    [entry({ text: 'x' }), 'prompts[0].text: is not a known field'],
  ])('names a fault at its path: %#', (prompt, expected) => {
    expect(faultsOf(prompt)).toEqual([`prompts.json ${expected}`]);
  });

  it('names all faults at once, and quotes no text', () => {
    const secret = 'quagga';
    const faults = faultsOf(
      entry(),
      entry({ system: `${secret} {{` }),
      entry({ id: 'B', system: secret.repeat(8_000), parameters: {} }),
      entry({ id: 'c', parameters: { tone: { default: secret.repeat(1_000) } } }),
      entry({ id: 'd', system: [secret] }),
    );
    expect(faults).toHaveLength(6);
    expect(faults.join()).toContain('prompts[1].id: "a" is already the id of prompts[0]');
    expect(faults.join()).not.toContain(secret);
  });
});

describe('a variant', () => {
  const prompt = promptOf(
    taken({
      prompts: [
        entry({ system: '{{who}} is {{tone}}', parameters: { who: {}, tone: { default: 'brief' } } }),
      ],
    }).variants[0]!,
  );

  it('says what a request has to give', () => {
    expect(missingParameters(prompt, {})).toEqual(['who']);
    expect(missingParameters(prompt, { who: '' })).toEqual([]);
    // What every object inherits is no value.
    expect(missingParameters({ ...prompt, required: ['toString'] }, {})).toEqual(['toString']);
  });

  it('is filled with what was given, with defaults, and with nothing else', () => {
    const { system, parameters } = fillPrompt(prompt, { who: 'Ada', other: 'x' });
    expect(system).toBe('Ada is brief');
    expect(Object.fromEntries(parameters)).toEqual({ who: 'Ada', tone: 'brief' });
  });

  it('has an etag that changes with it, and comes back from its JSON', () => {
    const { variant } = prompt;
    expect(promptEtag(variant)).toBe(promptEtag({ ...variant }));
    expect(promptEtag({ ...variant, status: 'retired' })).not.toBe(promptEtag(variant));
    expect(taken({ prompts: [promptToJson(variant)] }).variants[0]).toEqual(variant);
  });
});
