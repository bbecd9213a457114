import type { ComplexityLevel } from '../profile.js';
import type { ComplexitySettings } from './settings.js';

/** The level of a composite in [0, 1]; a composite on a threshold is of the higher level. */
export function levelOf(
  composite: number,
  settings: Pick<ComplexitySettings, 'thresholds'>,
): ComplexityLevel {
  if (composite >= settings.thresholds.high) return 'high';
  return composite >= settings.thresholds.medium ? 'medium' : 'low';
}
