/** That a decision belongs to an experiment, and where: it travels in the ticket. */
export interface Exposure {
  /** Number of the experiment, from 1; never used again. */
  readonly experiment: number;
  /** Number of the arm, or of the holdout. */
  readonly group: number;
  /** Phase of the ramp in which it was decided. */
  readonly phase: number;
  /** Where the unit's hash lies, as a whole number of 2⁻⁵³; names the unit, too. */
  readonly position: number;
  /** The covariate that the caller told; absent where it told none. */
  readonly covariate?: number;
}

export const POSITIONS = 2 ** 53;

export const EXPOSURE_LIMITS = { experiment: 0xffff, group: 0xff, phase: 0xff } as const;

const PLAIN_BYTES = 11;
const COVARIATE_BYTES = 4;

/**
 * An exposure in 11 bytes, 15 with a covariate: experiment (2), group (1), phase (1), position (7), covariate (float),
 * little-endian; no bytes for none.
 */
export function exposureToBytes(exposure: Exposure | undefined): Buffer {
  if (exposure === undefined) return Buffer.alloc(0);
  const { experiment, group, phase, position, covariate } = exposure;
  const bytes = Buffer.alloc(PLAIN_BYTES + (covariate === undefined ? 0 : COVARIATE_BYTES));
  bytes.writeUInt16LE(experiment, 0);
  bytes[2] = group;
  bytes[3] = phase;
  bytes.writeUIntLE(position % 2 ** 32, 4, 4);
  bytes.writeUIntLE(Math.floor(position / 2 ** 32), 8, 3);
  if (covariate !== undefined) bytes.writeFloatLE(covariate, PLAIN_BYTES);
  return bytes;
}

/** The exposure of its bytes; nothing where there are none. @throws RangeError where they are of no such length. */
export function exposureFromBytes(given: Uint8Array): Exposure | undefined {
  if (given.length === 0) return undefined;
  if (given.length !== PLAIN_BYTES && given.length !== PLAIN_BYTES + COVARIATE_BYTES)
    throw new RangeError(`an exposure of ${given.length} bytes`);
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  return {
    experiment: bytes.readUInt16LE(0),
    group: bytes[2]!,
    phase: bytes[3]!,
    position: bytes.readUIntLE(4, 4) + bytes.readUIntLE(8, 3) * 2 ** 32,
    ...(bytes.length > PLAIN_BYTES && { covariate: bytes.readFloatLE(PLAIN_BYTES) }),
  };
}

/** What is wrong with an exposure's numbers, or `undefined`. */
export function exposureFault({
  experiment,
  group,
  phase,
  position,
  covariate,
}: Exposure): string | undefined {
  const isWhole = (value: number, max: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= max;
  if (!isWhole(experiment, EXPOSURE_LIMITS.experiment) || experiment === 0) return 'experiment';
  if (!isWhole(group, EXPOSURE_LIMITS.group)) return 'group';
  if (!isWhole(phase, EXPOSURE_LIMITS.phase)) return 'phase';
  if (!isWhole(position, POSITIONS - 1)) return 'position';
  return covariate === undefined || Number.isFinite(covariate) ? undefined : 'covariate';
}
