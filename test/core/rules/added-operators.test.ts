import { describe, expect, it } from 'vitest';
import { compareOf } from '../../../src/core/rules/operator.js';
import { compareVersions, parseVersion } from '../../../src/core/rules/semver.js';
import { isWithin, parseTimeWindow } from '../../../src/core/rules/time-window.js';
import { compiled, faultsOf, rule } from './fixture.js';
import { clockAt } from '../../../src/core/rules/clock.js';

const holds = (operator: 'matches' | 'intersects' | 'within' | 'semverGreaterThan', a: unknown, b: unknown) =>
  compareOf({ decorators: [], operator })(a, b);
const within = (dayTime: string, text: string): boolean => {
  const window = parseTimeWindow(text);
  if ('reason' in window) throw new Error(window.reason);
  return isWithin(dayTime, window);
};
const faultOf = (operator: string, value: unknown, place: object = {}): string | undefined =>
  faultsOf({
    rules: [
      rule(
        'reject',
        { reason: 'x' },
        { conditions: { all: [{ fact: 'request', path: '$.attributes.a', ...place, operator, value }] } },
      ),
    ],
  })[0]?.reason;

describe('versions', () => {
  it('stand in the order that Semantic Versioning 2.0.0, section 11, gives', () => {
    const ascending = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '2.0.0',
      '2.1.0',
      '2.1.1',
      '2.10.0',
    ].map((text) => parseVersion(text)!);
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries())
        expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    }
  });

  it('may begin with v and lack minor and patch, and what is built says nothing', () => {
    expect(compareVersions(parseVersion('v2')!, parseVersion('2.0.0+build.7')!)).toBe(0);
  });

  it.each(['', 'two', '1.2.3.4', '01.2.3', '1.2.3-01', '1.2.3-', '1..2', `1.${'2'.repeat(99)}`, 2, null])(
    'are none: %j, and every comparison with it is false',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
      expect(holds('semverGreaterThan', text, '0.0.1')).toBe(false);
    },
  );
});

describe('time windows', () => {
  it('take in their first minute and not their last', () => {
    expect(within('Wed 08:00', 'Mon-Fri 08:00-18:00')).toBe(true);
    expect(within('Wed 17:59', 'Mon-Fri 08:00-18:00')).toBe(true);
    expect(within('Wed 18:00', 'Mon-Fri 08:00-18:00')).toBe(false);
    expect(within('Sat 12:00', 'Mon-Fri 08:00-18:00')).toBe(false);
  });

  it('past midnight belong to the day on which they begin', () => {
    expect(within('Fri 23:00', 'Mon-Fri 20:00-06:00')).toBe(true);
    expect(within('Sat 05:59', 'Mon-Fri 20:00-06:00')).toBe(true);
    expect(within('Mon 05:00', 'Mon-Fri 20:00-06:00')).toBe(false);
    expect(within('Mon 01:00', 'Sun 20:00-06:00')).toBe(true);
  });

  it('may be whole days, whole weeks of hours, or days around the end of the week', () => {
    expect(within('Sun 00:00', 'Sat,Sun')).toBe(true);
    expect(within('Sun 23:59', 'Sat 00:00-24:00')).toBe(false);
    expect(within('Tue 23:59', '22:00-24:00')).toBe(true);
    expect(within('Mon 10:00', 'Sat-Mon')).toBe(true);
  });

  it('are read on the wall clock: the hour that daylight saving repeats is in them twice, the one it skips never', () => {
    const night = parseTimeWindow('Sun 02:00-03:00');
    if ('reason' in night) throw new Error(night.reason);
    const minutes = (fromMs: number) =>
      Array.from({ length: 300 }, (_, i) => clockAt(fromMs + i * 60_000, 'Europe/Berlin').dayTime).filter(
        (at) => isWithin(at, night),
      ).length;
    expect(minutes(Date.UTC(2025, 9, 25, 23))).toBe(120);
    expect(minutes(Date.UTC(2025, 2, 29, 23))).toBe(0);
  });

  it.each([
    ['Mon-Fry 08:00-09:00', 'cannot read Mon-Fry'],
    ['25:00-26:00', 'cannot read 25:00-26:00'],
    ['Mon 8-9', 'cannot read the hours 8-9'],
    ['08:00-08:00', 'begins and ends at the same minute'],
    ['24:00-06:00', 'a day ends at 24:00'],
    ['', 'cannot read'],
    [7, 'within needs a text'],
  ])('%j is a fault', (value, reason) => {
    expect(faultOf('within', value, { fact: 'clock', path: '$.dayTime' })).toContain(reason);
  });

  it('are of clock.dayTime alone', () => {
    expect(faultOf('within', '08:00-09:00', { fact: 'clock', path: '$.hour' })).toContain('$.dayTime');
  });
});

describe('patterns and sets', () => {
  it('matches holds a text against one pattern or several', () => {
    expect(holds('matches', 'openai/gpt-5-mini', 'openai/*')).toBe(true);
    expect(holds('matches', 'openai/gpt-5-mini', ['a/*', '*-mini'])).toBe(true);
    expect(holds('matches', 'openai/gpt-5-mini', 'gpt')).toBe(false);
    expect(holds('matches', ['openai/x'], 'openai/*')).toBe(false);
  });

  it('patterns of facts are held to the same limits as those of files', () => {
    expect(holds('matches', 'a'.repeat(200), `${'*a'.repeat(80)}b`)).toBe(false);
    expect(faultOf('matches', '*a*b*c*d*')).toContain('at most 128 characters and 4 stars');
  });

  it('intersects holds where two lists share an item, however long they are', () => {
    expect(holds('intersects', ['a', 'b'], ['b', 'c'])).toBe(true);
    expect(holds('intersects', ['a'], ['b'])).toBe(false);
    expect(holds('intersects', [], [])).toBe(false);
    expect(holds('intersects', 'ab', ['a'])).toBe(false);
    const many = Array.from({ length: 1_000 }, (_, i) => `tag-${i}`);
    expect(holds('intersects', many, [...many].reverse())).toBe(true);
    expect(faultOf('intersects', 'a')).toBe('intersects needs a list');
  });

  it('take decorators as the others do', () => {
    const ruleSet = compiled({
      rules: [
        rule(
          'exclude',
          { reason: 'x' },
          {
            conditions: { all: [{ fact: 'model', path: '$.id', operator: 'not:matches', value: 'acme/*' }] },
          },
        ),
      ],
    });
    expect(ruleSet.candidateRules).toHaveLength(1);
  });

  it('refuse versions that are none', () => {
    expect(faultOf('semverLessThan', '2.x')).toBe('semverLessThan needs a version such as "2.4.1"');
  });
});
