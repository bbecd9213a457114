import type { ComparePoliciesResponse } from '../../gen/sextant/v1/evaluation.js';
import type { LogDiff } from '../../runtime/evaluation/diff-on-log.js';
import { encodeTally } from './shadow.js';
import { timestampFromMs } from './time.js';

export function encodeLogDiff(diff: LogDiff): ComparePoliciesResponse {
  const { from, to, spanMs, tooOld, otherContext, withoutPropensity, unseenAttributes } = diff;
  return {
    fromVersion: from,
    toVersion: to,
    firstTime: spanMs && timestampFromMs(spanMs[0]),
    lastTime: spanMs && timestampFromMs(spanMs[1]),
    ...encodeTally(diff),
    tooOld: BigInt(tooOld),
    otherContext: BigInt(otherContext),
    withoutPropensity: BigInt(withoutPropensity),
    unseenAttributes: [...unseenAttributes],
  };
}
