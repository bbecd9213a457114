import { expect, test } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { canaryExperiment } from '../../../src/core/promotion/canary-experiment.js';
import { parsePromotion } from '../../../src/core/promotion/parse-settings.js';
import { DEFAULT_PROMOTION } from '../../../src/core/promotion/settings.js';
import { parseExperiment } from '../../../src/core/experiment/parse-experiments.js';
import { newPromotion } from '../../builders/promotion.js';

const parse = (value: unknown) =>
  parsePromotion({ file: 'promotion.json', value }, POLICY_CHECKS.promotion, DEFAULT_PROMOTION);

test('what a file does not say is as before, section by section', () => {
  expect(parse({})).toEqual({ ok: true, value: DEFAULT_PROMOTION });
  const told = {
    shadow: { decisions: 10 },
    canary: { shares: [0.1], guardrails: [{ metric: 'quality', worseBy: 1 }] },
  };
  expect(parse(told)).toEqual({
    ok: true,
    value: {
      ...DEFAULT_PROMOTION,
      shadow: { ...DEFAULT_PROMOTION.shadow, decisions: 10 },
      canary: {
        ...DEFAULT_PROMOTION.canary,
        shares: [0.1],
        guardrails: [{ metric: 'quality', worseBy: 1, relative: false }],
      },
    },
  });
});

test('every fault is named with its path', () => {
  const faultsOf = (value: unknown) => {
    const parsed = parse(value);
    return parsed.ok ? [] : parsed.faults.map(({ path, reason }) => `${path}: ${reason}`);
  };
  expect(
    faultsOf({
      canary: {
        shares: [0.2, 0.1],
        guardrails: [
          { metric: 'cost', worseBy: 1 },
          { metric: 'cost', worseBy: 2 },
        ],
        minimumHours: 100,
      },
    }),
  ).toEqual([
    'canary.shares[1]: 0.1 is not above the step before, 0.2',
    'canary.guardrails[1].metric: "cost" is there twice',
    'canary.mustShow[0]: "quality" has no guardrail that says by how much it may be worse',
    'canary.maximumHours: 168 is less than 2 steps of minimumHours, 100, take',
  ]);
  for (const [value, path] of [
    [{ canary: { shares: [0.6] } }, 'canary.shares[0]'],
    [{ canary: { shares: [] } }, 'canary.shares'],
    [{ shadow: { decision: 3 } }, 'shadow'],
    [{ onThinEvidence: 'perhaps' }, 'onThinEvidence'],
    [{ replay: { hours: '3' } }, 'replay.hours'],
  ] as const)
    expect(faultsOf(value).join('; ')).toContain(path);
});

test('a canary is an experiment that could stand in experiments.json', () => {
  const { entry, definition } = canaryExperiment(newPromotion());
  const parsed = parseExperiment(entry, POLICY_CHECKS.experiments, {
    models: [],
    variants: [],
    settingsFaults: () => [],
  });
  expect(parsed).toEqual({ ok: true, value: { entry, definition } });
  expect(definition.arms.map(({ weight }) => weight * definition.ramp)).toEqual([0.05, 0.05]);
});
