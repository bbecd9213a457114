import { PromotionGateKind, PromotionGateStatus, type Promotion } from '../../gen/sextant/v1/promotion.js';
import { gateStatusEnum, promotionGateEnum, promotionStatusEnum } from '../../service/encode/enums.js';
import { columns, isoTime, shortVersion, whoText } from '../plain-output.js';

type Gate = Promotion['gates'][number];

const gateName = ({ kind }: Gate): string => promotionGateEnum.decode(kind) ?? PromotionGateKind[kind];
const gateStatus = ({ status }: Gate): string => gateStatusEnum.decode(status) ?? PromotionGateStatus[status];
export const statusName = ({ status }: Promotion): string => promotionStatusEnum.decode(status) ?? 'unknown';

/** One gate: its name, what came of it, and each finding on a line. */
export function gateText(gate: Gate): string {
  const [first = '', ...others] = gate.findings;
  const indent = ' '.repeat(22);
  const head = `${gateName(gate).padEnd(12)}${gateStatus(gate).padEnd(10)}${first}`.trimEnd();
  return [head, ...others.map((finding) => `${indent}${finding}`)].join('\n');
}

/** Why and as what a promotion ended. */
export function endText(promotion: Promotion): string {
  const { candidateVersion, baseVersion } = promotion;
  const candidate = shortVersion(candidateVersion);
  const base = shortVersion(baseVersion);
  const reason = promotion.endReason === '' ? '' : `: ${promotion.endReason}`;
  switch (statusName(promotion)) {
    case 'full':
      return `full: ${candidate} is in force, and pinned`;
    case 'rehearsed':
      return `${candidate} passed the dry run; ${base} is in force as before`;
    case 'refused':
      return `refused${reason}; ${base} is in force as before`;
    case 'returned':
      return `came back${reason}; ${base} is in force as before`;
    case 'aborted':
      return `aborted by ${whoText(promotion.endedBy)}${reason}; ${base} is in force as before`;
    case 'overtaken':
      return `overtaken${reason}`;
    default:
      return 'runs';
  }
}

/** A promotion with all that is known of it. */
export function promotionText(promotion: Promotion): string {
  const { number, candidateVersion, baseVersion, startTime, startedBy, reason, gates, experiment } =
    promotion;
  return [
    `promotion  ${number}${promotion.dryRun ? ', a dry run' : ''}`,
    `candidate  ${shortVersion(candidateVersion)} in the place of ${shortVersion(baseVersion)}`,
    `started    ${isoTime(startTime)} by ${whoText(startedBy)}${reason === '' ? '' : `: ${reason}`}`,
    ...(experiment === '' ? [] : [`canary     experiment ${experiment}`]),
    '',
    ...gates.map(gateText),
    '',
    ...(promotion.endTime === undefined ? [] : [`${isoTime(promotion.endTime)} ${endText(promotion)}`]),
    ...(promotion.endTime === undefined ? ['it goes on'] : []),
  ].join('\n');
}

/** Promotions, a line each. */
export function promotionsText(promotions: readonly Promotion[]): string {
  if (promotions.length === 0) return 'none was promoted';
  const rows = promotions.map((promotion) => [
    String(promotion.number),
    shortVersion(promotion.candidateVersion),
    statusName(promotion),
    gateName(promotion.gates.at(-1)!),
    isoTime(promotion.startTime),
    whoText(promotion.startedBy),
    promotion.endReason,
  ]);
  return columns([['promotion', 'candidate', 'status', 'gate', 'started', 'by', ''], ...rows]);
}

/** A promotion for machines: its enums by their words. */
export const promotionJson = (promotion: Promotion): object => ({
  ...promotion,
  status: statusName(promotion),
  gates: promotion.gates.map((gate) => ({ ...gate, kind: gateName(gate), status: gateStatus(gate) })),
});
