import { NANO_USD_PER_USD } from '../../core/money.js';
import {
  PolicyDifference,
  ShadowPhase,
  type GetShadowResponse,
  type Shadow,
  type ShadowDisagreement,
  type ShadowUseCase,
} from '../../gen/sextant/v1/policy.js';
import { table } from '../demo/table.js';
import { isoTime, shortVersion, whoText } from '../plain-output.js';

const ROWS_TOLD = 10;

/** What a candidate would have done, for people. */
export function shadowText({ shadow, useCases, moves, losses, disagreements }: GetShadowResponse): string {
  if (shadow === undefined) return 'no candidate runs beside the policy in force';
  const parts = [headText(shadow)];
  if (useCases.length === 0) return `${parts[0]}\nno request was compared yet`;
  parts.push(
    table(
      ['use case', 'requests', 'changed', 'refused', 'admitted', 'USD a request', '', 'quality', ''],
      useCases.map(useCaseRow),
    ),
  );
  if (moves.length > 0) {
    const rows = moves.slice(0, ROWS_TOLD).map(({ from, to, share }) => [`${from} → ${to}`, percent(share)]);
    parts.push(table(['would go elsewhere', 'of requests'], rows));
  }
  if (losses.length > 0) {
    const rows = losses
      .slice(0, ROWS_TOLD)
      .map(({ cause, requests, candidates }) => [
        cause,
        String(requests),
        (Number(candidates) / Number(requests)).toFixed(1),
      ]);
    parts.push(table(['takes candidates away', 'requests', 'models each'], rows));
  }
  if (disagreements.length > 0)
    parts.push(`the latest\n${disagreements.slice(0, ROWS_TOLD).map(disagreementLine).join('\n')}`);
  return parts.join('\n\n');
}

function headText(shadow: Shadow): string {
  const { version, activeVersion, fraction, startTime, startedBy, reason, phase, failure } = shadow;
  const why = reason === '' ? '' : `: ${reason}`;
  const lines = [
    `candidate  ${shortVersion(version)} since ${isoTime(startTime)}, by ${whoText(startedBy)}${why}`,
    `beside     ${shortVersion(activeVersion)}, counting since ${isoTime(shadow.countTime)}`,
  ];
  if (fraction < 1) lines.push(`asked of   ${percent(fraction)} of requests`);
  if (phase === ShadowPhase.CATCHING_UP) lines.push('learning   what was learned before it began');
  if (phase === ShadowPhase.FAILED) lines.push(`failed     ${failure}`);
  if (shadow.skippedRequests > 0n) lines.push(`skipped    ${shadow.skippedRequests} requests, for load`);
  return lines.join('\n');
}

const useCaseRow = (row: ShadowUseCase): readonly string[] => [
  row.useCase,
  String(row.requests),
  percent(row.changedShare),
  String(row.refused),
  String(row.admitted),
  row.priced === 0n ? '–' : usd(row.expectedCostNanoUsdActive),
  row.priced === 0n ? '' : `→ ${usd(row.expectedCostNanoUsd)}`,
  row.answered === 0n ? '–' : row.expectedQualityActive.toFixed(4),
  row.answered === 0n ? '' : `→ ${row.expectedQuality.toFixed(4)}`,
];

function disagreementLine(disagreement: ShadowDisagreement): string {
  const { decisionId, decideTime, useCase, difference, likeliestActive, likeliest } = disagreement;
  const [was, is] = [likeliestActive || 'refused', likeliest || 'refused'];
  const share =
    difference === PolicyDifference.REFUSED || difference === PolicyDifference.ADMITTED
      ? ''
      : `, ${percent(disagreement.changedShare)} elsewhere`;
  const why = disagreement.causes.length === 0 ? '' : ` (${disagreement.causes.join(', ')})`;
  return `  ${isoTime(decideTime)}  ${decisionId}  ${useCase}: ${was === is ? was : `${was} → ${is}`}${share}${why}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const usd = (nanoUsd: number): string => (nanoUsd / NANO_USD_PER_USD).toPrecision(3);
