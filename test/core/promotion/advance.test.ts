import { expect, test } from 'vitest';
import { aborted, advance, dutiesOf } from '../../../src/core/promotion/advance.js';
import type { Evidence } from '../../../src/core/promotion/evidence.js';
import { gateOf, statusOf, type PromotionState } from '../../../src/core/promotion/promotion-state.js';
import { DEFAULT_PROMOTION } from '../../../src/core/promotion/settings.js';
import { ANN, BASE, calmCanary, CANDIDATE, GOOD, newPromotion } from '../../builders/promotion.js';

const HOUR_MS = 3_600_000;
const active = { version: BASE, by: 'policy-folder' };
const seen = (state: PromotionState, evidence: Evidence, timeMs = 0) =>
  advance(state, { timeMs, active, evidence });

/** The promotion at a gate, everything before it passed. */
function at(gate: keyof typeof GOOD, changes: Partial<PromotionState> = {}): PromotionState {
  let state = newPromotion(changes);
  while (gateOf(state).gate !== gate) {
    const now = gateOf(state).gate as keyof typeof GOOD;
    state = seen(state, GOOD[now]).state;
  }
  return state;
}

test('a good candidate passes every gate in order, the canary step by step, and is full once it is in force', () => {
  let state = at('canary');
  expect(dutiesOf(state)).toEqual({ shadow: false, canaryShare: 0.05, activate: false });
  const waiting = seen(state, GOOD.canary, HOUR_MS / 2);
  expect(waiting.state).toBe(state);
  expect(waiting.waiting!.findings.at(-1)).toBe('this step takes 1 hours');
  state = seen(state, GOOD.canary, HOUR_MS).state;
  expect(dutiesOf(state).canaryShare).toBe(0.25);
  state = seen(state, GOOD.canary, 2 * HOUR_MS).state;
  expect([gateOf(state).gate, dutiesOf(state)]).toEqual(['full', { shadow: false, activate: true }]);
  const { state: end } = advance(state, {
    timeMs: 2 * HOUR_MS,
    active: { version: CANDIDATE, by: 'promotion' },
  });
  expect(statusOf(end)).toBe('full');
  expect(end.gates.map(({ gate, status }) => `${gate} ${status}`)).toEqual(
    ['check', 'replay', 'evaluation', 'shadow', 'canary', 'full'].map((gate) => `${gate} passed`),
  );
  expect(dutiesOf(end)).toEqual({ shadow: false, activate: false });
});

test('what fails before the canary refuses the candidate, and names what it found', () => {
  for (const [gate, evidence, finding] of [
    ['check', { ...GOOD.check, faults: ['bandit.json $: is missing'] }, 'bandit.json $: is missing'],
    ['replay', { ...GOOD.replay, refused: 2 }, 'more are refused than replay.maxRefusedShare, 1.0 %'],
    [
      'evaluation',
      {
        gate: 'evaluation',
        decisions: 500,
        rewards: [
          {
            name: 'quality',
            rewarded: 500,
            effectiveDecisions: 300,
            objections: [],
            lift: { value: -0.04, interval: { low: -0.06, high: -0.02 }, logged: 0.8 },
          },
        ],
      },
      "quality: -0.0400 [-0.0600, -0.0200] against the log's 0.8000: it may be worse by more than evaluation.qualityMargin, 0.05",
    ],
    [
      'shadow',
      { ...GOOD.shadow, decideMs: { median: 21, p99: 30 } },
      'half of them take more than shadow.maxDecideMs, 20',
    ],
    ['shadow', { gate: 'shadow', failure: 'out of memory' }, 'out of memory'],
  ] as const) {
    const { state } = seen(at(gate), evidence as Evidence);
    expect([statusOf(state), state.end!.reason]).toEqual(['refused', finding]);
    expect(gateOf(state)).toMatchObject({ gate, status: 'failed' });
    expect(gateOf(state).findings).toContain(finding);
  }
});

test('a cost margin holds the upper end of the interval, as a share of what was paid', () => {
  const settings = {
    ...DEFAULT_PROMOTION,
    evaluation: { ...DEFAULT_PROMOTION.evaluation, costMargin: 0.1 },
  };
  const costing = (high: number): Evidence => ({
    gate: 'evaluation',
    decisions: 500,
    rewards: [
      {
        name: 'cost',
        rewarded: 500,
        effectiveDecisions: 300,
        objections: [],
        lift: { value: 0, interval: { low: -0.001, high }, logged: 0.01 },
      },
    ],
  });
  expect(gateOf(seen(at('evaluation', { settings }), costing(0.001)).state).gate).toBe('shadow');
  expect(statusOf(seen(at('evaluation', { settings }), costing(0.0011)).state)).toBe('refused');
  expect(gateOf(seen(at('evaluation'), costing(1)).state).gate).toBe('shadow');
});

test('a thin log is said, and skips the gate or fails it as the settings have it', () => {
  const nothing: Evidence = { gate: 'evaluation', nothing: 'there is no decision to evaluate on' };
  const thin: Evidence = {
    gate: 'evaluation',
    decisions: 9,
    rewards: [{ name: 'quality', rewarded: 9, effectiveDecisions: 3, objections: ['9 are worth 3'] }],
  };
  for (const evidence of [nothing, thin]) {
    const skipped = seen(at('evaluation'), evidence).state;
    expect(skipped.gates.at(-2)).toMatchObject({ gate: 'evaluation', status: 'skipped' });
    expect(skipped.gates.at(-2)!.findings.join()).toMatch(/no decision|support is thin: 9 are worth 3/);
    const strict = { settings: { ...DEFAULT_PROMOTION, onThinEvidence: 'fail' as const } };
    expect(statusOf(seen(at('evaluation', strict), evidence).state)).toBe('refused');
  }
});

test('a rehearsal ends after the evaluation, and asks nothing of the server', () => {
  const { state } = seen(at('evaluation', { isRehearsal: true }), GOOD.evaluation);
  expect([statusOf(state), gateOf(state).gate]).toEqual(['rehearsed', 'evaluation']);
});

test('without decisions to ask for, the shadow is skipped', () => {
  const settings = { ...DEFAULT_PROMOTION, shadow: { ...DEFAULT_PROMOTION.shadow, decisions: 0 } };
  const { state } = seen(at('evaluation', { settings }), GOOD.evaluation);
  expect(state.gates.map(({ gate, status }) => `${gate} ${status}`).slice(-2)).toEqual([
    'shadow skipped',
    'canary running',
  ]);
});

test('the canary comes back on harm that is sure, on lost units, on somebody who ends it, and when its time is over', () => {
  const week = 168 * HOUR_MS;
  const quality = calmCanary.metrics[0]!;
  for (const [evidence, timeMs, reason] of [
    [
      { metrics: [{ ...quality, harm: { low: 0.06, high: 0.2 } }] },
      1,
      'quality is worse by 0.0600 at least, more than 0.05',
    ],
    [
      { sampleRatioAlarm: true, sampleRatioPValue: 1e-4 },
      1,
      'one side loses units or reports: sample ratio p = 0.00010 at any time',
    ],
    [{ ended: { by: 'bob', reason: 'an incident' } }, 1, 'ended by bob: an incident'],
    [{ units: { control: 200, candidate: 3 } }, week, 'canary.maximumHours, 168, are over'],
  ] as const) {
    const { state } = seen(at('canary'), { gate: 'canary', ...calmCanary, ...evidence }, timeMs);
    expect([statusOf(state), state.end!.reason]).toEqual(['returned', reason]);
    expect(dutiesOf(state).canaryShare).toBeUndefined();
  }
});

test('the last step waits until what must be shown is shown, however long a guardrail is silent', () => {
  const wide = { ...calmCanary.metrics[0]!, harm: { low: -0.1, high: 0.1 } };
  const evidence: Evidence = { gate: 'canary', ...calmCanary, metrics: [wide] };
  const atLast = seen(at('canary'), evidence, HOUR_MS).state;
  const { state, waiting } = seen(atLast, evidence, 5 * HOUR_MS);
  expect(state).toBe(atLast);
  expect(waiting!.findings.at(-1)).toBe('quality is not yet shown to be at most 0.05 worse');
  expect(seen(atLast, evidence, 168 * HOUR_MS).state.end!.status).toBe('returned');
});

test('another policy in force overtakes it wherever it stands, and is named with who did it', () => {
  for (const gate of Object.keys(GOOD) as (keyof typeof GOOD)[]) {
    const { state } = advance(at(gate), { timeMs: 5, active: { version: 'd'.repeat(64), by: 'bob' } });
    expect(statusOf(state)).toBe('overtaken');
    expect(state.end!.reason).toBe('dddddddddddd was taken in force meanwhile, by bob');
  }
  const { state } = advance(at('canary'), { timeMs: 5, active: { version: CANDIDATE, by: 'bob' } });
  expect(state.end).toMatchObject({
    status: 'overtaken',
    reason: 'the candidate was taken in force meanwhile, by bob',
  });
});

test('evidence of another gate, and an abort, change nothing of what was found before', () => {
  const state = at('shadow');
  expect(seen(state, GOOD.check).state).toBe(state);
  const end = aborted(
    state,
    { timeMs: 9, by: ANN, reason: 'not today' },
    { findings: ['3 of 500'], figures: {} },
  );
  expect(end.gates.slice(0, 3)).toEqual(state.gates.slice(0, 3));
  expect(gateOf(end)).toMatchObject({ status: 'ended', endTimeMs: 9, findings: ['3 of 500'] });
  expect(seen(end, GOOD.shadow).state).toBe(end);
});
