import type { Duration } from '../../gen/google/protobuf/duration.js';
import type { Timestamp } from '../../gen/google/protobuf/timestamp.js';

const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000n;

export function durationFromMs(ms: number): Duration {
  const nanos = BigInt(Math.round(ms * NANOS_PER_MS));
  const seconds = nanos / NANOS_PER_SECOND;
  return { seconds, nanos: Number(nanos - seconds * NANOS_PER_SECOND) };
}

export function timestampFromMs(ms: number): Timestamp {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (Math.floor(ms) % 1000) * NANOS_PER_MS };
}

export const msFromDuration = ({ seconds, nanos }: Duration): number =>
  Number(seconds) * 1000 + nanos / NANOS_PER_MS;

/** Whole milliseconds, rounded down. */
export const msFromTimestamp = ({ seconds, nanos }: Timestamp): number =>
  Number(seconds) * 1000 + Math.floor(nanos / NANOS_PER_MS);
