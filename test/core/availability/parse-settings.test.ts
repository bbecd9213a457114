import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { parseAvailability } from '../../../src/core/availability/parse-settings.js';
import { DEFAULT_AVAILABILITY } from '../../../src/core/availability/settings.js';
import { SHIPPED_RULES } from '../../builders/policy.js';

const parse = (value: unknown) =>
  parseAvailability({ file: 'availability.json', value }, POLICY_CHECKS.availability);

const pathsOf = (value: unknown): string[] => {
  const parsed = parse(value);
  return parsed.ok ? [] : parsed.faults.map(({ path }) => path).sort();
};

describe('availability.json', () => {
  it('is by default what is shipped', () => {
    const shipped: unknown = JSON.parse(readFileSync(join(SHIPPED_RULES, 'availability.json'), 'utf8'));
    expect(parse(shipped)).toEqual({ ok: true, value: DEFAULT_AVAILABILITY });
    expect(parse({})).toEqual({ ok: true, value: DEFAULT_AVAILABILITY });
  });

  it('changes what it says, and nothing else', () => {
    const parsed = parse({ enabled: false, open: { firstSeconds: 2.5 }, probes: { inFlight: 1 } });
    expect(parsed).toEqual({
      ok: true,
      value: {
        ...DEFAULT_AVAILABILITY,
        enabled: false,
        open: { ...DEFAULT_AVAILABILITY.open, firstMs: 2_500 },
        probes: { ...DEFAULT_AVAILABILITY.probes, inFlight: 1 },
      },
    });
  });

  it('is refused with every fault at once', () => {
    const faulty = {
      windowSeconds: 0,
      minimumCalls: 1.5,
      failureRate: 0,
      consecutiveFailures: 0,
      open: { firstSeconds: -1, retryAfterMaxSeconds: 1e9, jitter: 2 },
      probes: { inFlight: 33, successes: 0, lifeSeconds: '60', share: 0.6 },
    };
    expect(pathsOf(faulty)).toEqual(
      [
        ...['windowSeconds', 'minimumCalls', 'failureRate', 'consecutiveFailures'],
        ...['open.firstSeconds', 'open.retryAfterMaxSeconds', 'open.jitter'],
        ...['probes.inFlight', 'probes.successes', 'probes.lifeSeconds', 'probes.share'],
      ].sort(),
    );
    expect(pathsOf({ windowSecond: 10 })).toEqual(['windowSecond']);
  });

  it('cannot let doubling end before it begins, the defaults included', () => {
    expect(parse({ open: { firstSeconds: 30, maxSeconds: 20 } })).toEqual({
      ok: false,
      faults: [
        {
          file: 'availability.json',
          path: 'open.maxSeconds',
          reason: '20 is less than open.firstSeconds, 30',
        },
      ],
    });
    expect(pathsOf({ open: { firstSeconds: 400 } })).toEqual(['open.maxSeconds']);
  });
});
