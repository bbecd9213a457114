import type { SegmentPart } from '../bandit/settings.js';
import type { RequestProfile } from '../profile.js';

/** A segment of a use case's traffic, spelled as in `segmentBy`: `mathematics/high`, or `all` without parts. */
export function segmentOf(profile: Pick<RequestProfile, SegmentPart>, parts: readonly SegmentPart[]): string {
  return parts.length === 0 ? 'all' : parts.map((part) => profile[part]).join('/');
}
