import { SextantError } from '../../src/core/errors.js';

/** The paths of the violations that a call throws, sorted; empty where it throws nothing. */
export function violationsOf(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof SextantError) || error.code !== 'INVALID_FIELD') throw error;
    return (error.details.faults ?? []).map(({ path }) => path).sort();
  }
}

/** Runs a call that may refuse its input, but only as a SextantError. */
export function refusesProperly(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof SextantError)) throw error;
  }
}
