import { decisionTimeMs, type DecisionId } from '../../core/ids.js';
import type { LogPlace } from '../../runtime/decision-history.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A decision's id out of a text; absent where it is none, or of no time that there is. */
export function parseDecisionId(text: string): DecisionId | undefined {
  const id = text.trim().toLowerCase();
  return UUID.test(id) && Number.isSafeInteger(decisionTimeMs(id as DecisionId))
    ? (id as DecisionId)
    : undefined;
}

/** A place as an address holds it: `TIME-ID`. */
export const placeText = ({ issueTimeMs, decisionId }: LogPlace): string => `${issueTimeMs}-${decisionId}`;

/** Absent where the text is no place. */
export function parsePlace(text: string): LogPlace | undefined {
  const at = text.indexOf('-');
  const issueTimeMs = /^\d{1,15}$/.test(text.slice(0, Math.max(at, 0)))
    ? Number(text.slice(0, at))
    : undefined;
  const decisionId = parseDecisionId(text.slice(at + 1));
  return issueTimeMs === undefined || decisionId === undefined ? undefined : { issueTimeMs, decisionId };
}
