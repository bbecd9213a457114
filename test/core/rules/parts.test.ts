import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockAt, isTimeZone } from '../../../src/core/rules/clock.js';
import { closestWord } from '../../../src/core/closest-word.js';
import { parsePath, readMember } from '../../../src/core/rules/path.js';
import { FACT_MEMBERS } from '../../../src/core/rules/vocabulary.js';
import { matchesGlob } from '../../../src/core/rules/selector.js';

describe('paths', () => {
  it('take members, quoted members and indexes', () => {
    expect(parsePath(`$.a.b[0]['c d']["e.f"].g-h`)).toEqual({
      ok: true,
      segments: ['a', 'b', 0, 'c d', 'e.f', 'g-h'],
    });
    expect(parsePath('$')).toEqual({ ok: true, segments: [] });
  });

  it.each([
    '',
    'a',
    'a.b',
    '$a',
    '$.',
    '$..a',
    '$.*',
    '$.a[*]',
    '$.a[-1]',
    '$.a[01]',
    '$.a[0:2]',
    '$.a[?(@.b)]',
    '$.a[(1)]',
    '$.a~',
    '$.a^',
    "$['a",
    "$['a\\'b']",
    '$.a b',
    '$.a[0',
    `$${'.a'.repeat(9)}`,
    `$.${'a'.repeat(300)}`,
  ])('refuse %s', (path) => {
    expect(parsePath(path).ok).toBe(false);
  });

  it.each(['$.__proto__', "$.a['constructor']", '$.prototype.x'])(
    'refuse %s, which reaches a prototype',
    (path) => {
      expect(parsePath(path)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('may not be read') as string,
      });
    },
  );

  it('start at members that no prototype has', () => {
    const members: readonly string[] = Object.values(FACT_MEMBERS).flat();
    expect(members.filter((name) => name in {} || name in [])).toEqual([]);
  });

  it('read own properties of objects only', () => {
    expect(readMember({ a: 1 }, 'a')).toBe(1);
    expect(readMember({}, 'toString')).toBeUndefined();
    expect(readMember(['x'], 0)).toBe('x');
    expect(readMember('text', 0)).toBeUndefined();
    expect(readMember('text', 'length')).toBeUndefined();
    expect(readMember(null, 'a')).toBeUndefined();
    expect(readMember(Object.create({ a: 1 }), 'a')).toBeUndefined();
  });
});

describe('clocks', () => {
  it('read the wall clock of a zone, daylight saving included', () => {
    const at = Date.UTC(2025, 6, 20, 22, 30);
    expect(clockAt(at, 'Europe/Berlin')).toEqual({
      dayTime: 'Mon 00:30',
      hour: 0,
      minute: 30,
      dayOfWeek: 1,
      isWeekday: true,
      date: '2025-07-21',
      epochMs: at,
    });
    expect(clockAt(at, 'UTC')).toEqual({
      dayTime: 'Sun 22:30',
      hour: 22,
      minute: 30,
      dayOfWeek: 7,
      isWeekday: false,
      date: '2025-07-20',
      epochMs: at,
    });
    expect(clockAt(at, 'Asia/Kolkata')).toMatchObject({ hour: 4, minute: 0 });
  });

  it('agree with UTC getters at any time, whatever was read before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (at) => {
        const date = new Date(at);
        const clock = clockAt(at, 'UTC');
        expect(clock.hour).toBe(date.getUTCHours());
        expect(clock.minute).toBe(date.getUTCMinutes());
        expect(clock.date).toBe(date.toISOString().slice(0, 10));
        expect(clock.dayOfWeek % 7).toBe(date.getUTCDay());
        expect(clock.isWeekday).toBe(date.getUTCDay() % 6 !== 0);
        expect(clock.epochMs).toBe(at);
      }),
    );
  });

  it('know zones from words', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Nowhere')).toBe(false);
  });
});

describe('globs', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 10 });

  it('match what a regular expression made of them matches', () => {
    fc.assert(
      fc.property(text, text, (glob, id) => {
        const expression = new RegExp(`^${glob.split('*').join('.*')}$`, 's');
        expect(matchesGlob(glob, id)).toBe(expression.test(id));
      }),
      { numRuns: 2_000 },
    );
  });

  it('cost no more than pattern times text', () => {
    const start = performance.now();
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(100_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('closest words', () => {
  it('find a slip, and nothing where nothing is near', () => {
    expect(closestWord('modle', ['model', 'mode'])).toBe('mode');
    const sizes = ['openai/gpt-4o', 'openai/gpt-4o-mini', 'openai/gpt-4.1-mini'];
    expect(closestWord('openai/gpt-4o-mni', sizes)).toBe('openai/gpt-4o-mini');
    expect(closestWord('openai/gpt-4o-2024-08-06', sizes)).toBe('openai/gpt-4o');
    expect(closestWord('stream', ['steam', 'streaming'])).toBe('streaming');
    expect(closestWord('REQUEST', ['request'])).toBe('request');
    expect(closestWord('zebra', ['model'])).toBeUndefined();
    expect(closestWord('x'.repeat(1_000_000), ['model'])).toBeUndefined();
  });
});
