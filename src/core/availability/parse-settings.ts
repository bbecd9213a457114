import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { DEFAULT_AVAILABILITY, type AvailabilitySettings } from './settings.js';

const MS_PER_SECOND = 1000;

interface AvailabilityFile {
  readonly enabled?: boolean;
  readonly windowSeconds?: number;
  readonly minimumCalls?: number;
  readonly failureRate?: number;
  readonly consecutiveFailures?: number;
  readonly openOnRefusal?: boolean;
  readonly open?: {
    readonly firstSeconds?: number;
    readonly maxSeconds?: number;
    readonly retryAfterMaxSeconds?: number;
    readonly jitter?: number;
  };
  readonly probes?: {
    readonly inFlight?: number;
    readonly successes?: number;
    readonly lifeSeconds?: number;
    readonly share?: number;
  };
}

/** Checks `rules/availability.json` whole: every fault at once, or the settings, by default where it does not say. */
export function parseAvailability(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
): Checked<AvailabilitySettings> {
  const faults: Fault[] = check(value, file);
  if (faults.length > 0) return { ok: false, faults };
  const settings = settingsOf(value as AvailabilityFile);
  const { firstMs, maxMs } = settings.open;
  if (maxMs < firstMs) {
    const reason = `${maxMs / MS_PER_SECOND} is less than open.firstSeconds, ${firstMs / MS_PER_SECOND}`;
    return { ok: false, faults: [{ file, path: 'open.maxSeconds', reason }] };
  }
  return { ok: true, value: settings };
}

function settingsOf(told: AvailabilityFile): AvailabilitySettings {
  const usual = DEFAULT_AVAILABILITY;
  const ms = (seconds: number | undefined, byDefault: number): number =>
    seconds === undefined ? byDefault : Math.round(seconds * MS_PER_SECOND);
  const { open = {}, probes = {} } = told;
  return {
    enabled: told.enabled ?? usual.enabled,
    windowMs: ms(told.windowSeconds, usual.windowMs),
    minimumCalls: told.minimumCalls ?? usual.minimumCalls,
    failureRate: told.failureRate ?? usual.failureRate,
    consecutiveFailures: told.consecutiveFailures ?? usual.consecutiveFailures,
    openOnRefusal: told.openOnRefusal ?? usual.openOnRefusal,
    open: {
      firstMs: ms(open.firstSeconds, usual.open.firstMs),
      maxMs: ms(open.maxSeconds, usual.open.maxMs),
      retryAfterMaxMs: ms(open.retryAfterMaxSeconds, usual.open.retryAfterMaxMs),
      jitter: open.jitter ?? usual.open.jitter,
    },
    probes: {
      inFlight: probes.inFlight ?? usual.probes.inFlight,
      successes: probes.successes ?? usual.probes.successes,
      lifeMs: ms(probes.lifeSeconds, usual.probes.lifeMs),
      share: probes.share ?? usual.probes.share,
    },
  };
}
