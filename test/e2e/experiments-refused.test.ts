import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSextant, startServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { twoModels } from './experiment-entries.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

let acme: Sextant;
beforeAll(async () => {
  const server = await startServer({ rulesPath: policyFolder(SOUND) });
  acme = connect(server.address);
});
afterAll(() => acme.close());

const select = (useCase: string, user: number) =>
  acme.select({ ...ask(useCase), attributes: { user: `user-${user}` } });

describe('what cannot be run', () => {
  const start = (definition: object) =>
    refusalOf(acme.startExperiment({ experiment: { $case: 'definition', value: definition } }));

  test('is refused with the field and the reason', async () => {
    const bad = twoModels('bad', 'bad');
    const { arms } = bad;
    for (const [definition, fields, message] of [
      [
        { ...bad, arms: [{ ...arms[0]!, weight: 0.7 }, arms[1]] },
        ['definition.arms'],
        /sum to 1\.2, and must sum to 1/,
      ],
      [
        { ...bad, arms: [arms[0], { id: 'treatment', weight: 0.5, model: 'openai/none' }] },
        ['definition.arms[1].model'],
        /is no model here/,
      ],
      [
        { ...bad, arms: [arms[0], { id: 'treatment', weight: 0.5, promptVariant: 'gone' }] },
        ['definition.arms[1].promptVariant'],
        /is no prompt variant here/,
      ],
      [
        { ...bad, arms: [arms[0], { id: 'treatment', weight: 0.5, bandit: { policy: 'best' } }] },
        ['definition.arms[1].bandit.policy'],
        /./,
      ],
      [{ ...bad, unit: 'tenant' }, ['definition.unit'], /cannot be split/],
      [{ ...bad, tenants: 'all' }, ['definition.tenants'], /experiments\.json alone/],
      [
        { ...bad, guardrails: [{ metric: 'latency', worseBy: 1 }], metrics: [{ metric: 'quality' }] },
        ['definition.guardrails[0].metric'],
        /not measured/,
      ],
      [{ id: 'x' }, ['definition.unit', 'definition.arms', 'definition.metrics'], /./],
    ] as const) {
      const refusal = await start(definition);
      expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELD' });
      expect([...refusal.fields].sort()).toEqual([...fields].sort());
      expect(refusal.message).toMatch(message);
    }
    expect(await refusalOf(acme.startExperiment({}))).toMatchObject({ fields: ['id'] });
    expect(
      await refusalOf(acme.startExperiment({ experiment: { $case: 'id', value: 'nowhere' } })),
    ).toMatchObject({ reason: 'UNKNOWN_EXPERIMENT' });
  });

  test('is refused where layers or slices overlap with what is running', async () => {
    await acme.startExperiment({
      experiment: {
        $case: 'definition',
        value: twoModels('left', 'shared', { slice: { from: 0, to: 0.5 } }),
      },
    });
    for (const [changes, field, message] of [
      [{ slice: { from: 0.4, to: 1 } }, 'slice', /slices of layer "default" overlap from 0\.4 to 0\.5/],
      [{ layer: 'another' }, 'layer', /in different layers/],
      [{ unit: 'request', slice: { from: 0.5, to: 1 } }, 'unit', /different units/],
    ] as const) {
      const refusal = await start(twoModels('right', 'shared', changes));
      expect(refusal).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'EXPERIMENT_REFUSED' });
      expect(refusal.preconditions).toMatchObject([{ subject: field }]);
      expect(refusal.preconditions[0]!.description).toMatch(message);
    }
    const right = twoModels('right', 'shared', { slice: { from: 0.5, to: 1 } });
    await acme.startExperiment({ experiment: { $case: 'definition', value: right } });
    const sides = new Set<string | undefined>();
    for (let user = 0; user < 40; user++) sides.add((await select('shared', user)).experiment?.experiment);
    expect(sides).toEqual(new Set(['left', 'right']));
    const ramp = (target: NonNullable<Parameters<Sextant['rampExperiment']>[0]['target']>) =>
      refusalOf(acme.rampExperiment({ id: 'left', target }));
    const share = (shares: Record<string, number>) => ramp({ $case: 'shares', value: { shares } });
    for (const [refusal, field, message] of [
      [await share({ control: 0.2 }), 'shares', 'control has 0.5 of them, and cannot shrink to 0.2'],
      [await share({ control: 0.7 }), 'shares', 'shares sum to 1.2, more than 1'],
      [await share({ contrl: 0.7 }), 'shares', '"contrl" is no arm of "left"'],
      [
        await ramp({ $case: 'ramp', value: 0.5 }),
        'ramp',
        'control has 0.5 of them, and cannot shrink to 0.25',
      ],
    ] as const) {
      expect(refusal).toMatchObject({
        reason: 'INVALID_FIELD',
        fields: expect.arrayContaining([field]) as string[],
      });
      expect(refusal.message).toContain(message);
    }
    expect(await refusalOf(acme.stopExperiment({ id: 'left', arm: 'control' }))).toMatchObject({
      fields: ['arm'],
    });
  });

  test('is not stopped twice: an arm no more than the whole', async () => {
    const value = twoModels('stopped', 'stopped');
    const weights = [0.3, 0.5, 0.2];
    const arms = [...value.arms, { id: 'third' }].map((arm, i) => ({ ...arm, weight: weights[i] }));
    await acme.startExperiment({ experiment: { $case: 'definition', value: { ...value, arms } } });
    await acme.stopExperiment({ id: 'stopped', arm: 'third' });
    expect(await refusalOf(acme.stopExperiment({ id: 'stopped', arm: 'third' }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EXPERIMENT_ENDED',
      message: expect.stringContaining('third') as string,
    });
    await acme.stopExperiment({ id: 'stopped' });
    expect(await refusalOf(acme.stopExperiment({ id: 'stopped' }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EXPERIMENT_ENDED',
    });
  });

  test('is found by the check of a folder, at the file', async () => {
    const folder = policyFolder(SOUND);
    const overlapping = [twoModels('a', 'chat'), twoModels('b', 'chat')];
    writeFileSync(join(folder, 'experiments.json'), JSON.stringify({ experiments: overlapping }));
    const { code, stdout, stderr } = await runSextant(['check', folder]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('"b" and "a" are about the same requests: their slices');
  });
});

describe('a plan', () => {
  const BASE = { mean: '0.9', sd: '0.1', 'units-per-day': '400' };
  const plan = (changes: Readonly<Record<string, string | undefined>>) =>
    runSextant([
      ...['experiments', 'plan'],
      ...Object.entries({ ...BASE, ...changes }).flatMap(([name, value]) =>
        value === undefined ? [] : [`--${name}=${value}`],
      ),
    ]);

  test('needs no server with a baseline of its own', async () => {
    const { code, stdout } = await plan({ lift: '2%' });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^a difference of 0\.0180 \(2\.0 %\) takes /m)]);
  });

  test.each([
    [{ mean: 'much' }, /--mean.*write a number above 0/],
    [{ sd: '-1' }, /--sd.*write a number above 0/],
    [{ 'units-per-day': '0' }, /--units-per-day.*write a number above 0/],
    [{ 'units-per-day': undefined }, /--units-per-day is required without --from/],
    [{ alpha: '0' }, /--alpha.*above 0 and below 1/],
    [{ power: '1' }, /--power.*above 0 and below 1/],
    [{ lift: '0' }, /--lift.*write a percentage above 0/],
    [{ control: '70' }, /--control and --treatment .* together at most 100%/],
  ])('with %j is refused with the flag', async (changes, message) => {
    const { code, stderr, stdout } = await plan(changes);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
  });
});
