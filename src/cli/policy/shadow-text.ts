import { NANO_USD_PER_USD } from '../../core/money.js';
import {
  ShadowPhase,
  type GetShadowResponse,
  type Shadow,
  type ShadowDisagreement,
  type ShadowUseCase,
} from '../../gen/sextant/v1/policy.js';
import { lossesTable, movesTable, shiftText } from '../comparison-text.js';
import { table } from '../demo/table.js';
import { isoTime, percentText, shortVersion, whoText } from '../plain-output.js';

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
  if (moves.length > 0) parts.push(movesTable('would go elsewhere', moves.slice(0, ROWS_TOLD)));
  if (losses.length > 0) {
    const rows = losses.slice(0, ROWS_TOLD);
    parts.push(
      lossesTable(
        rows.map(({ cause, requests, candidates }) => [cause, Number(requests), Number(candidates)]),
      ),
    );
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
  if (fraction < 1) lines.push(`asked of   ${percentText(fraction)} of requests`);
  if (phase === ShadowPhase.CATCHING_UP) lines.push('learning   what was learned before it began');
  if (phase === ShadowPhase.FAILED) lines.push(`failed     ${failure}`);
  if (shadow.skippedRequests > 0n) lines.push(`skipped    ${shadow.skippedRequests} requests, for load`);
  return lines.join('\n');
}

const useCaseRow = (row: ShadowUseCase): readonly string[] => [
  row.useCase,
  String(row.requests),
  percentText(row.changedShare),
  String(row.refused),
  String(row.admitted),
  row.priced === 0n ? '–' : usd(row.expectedCostNanoUsdActive),
  row.priced === 0n ? '' : `→ ${usd(row.expectedCostNanoUsd)}`,
  row.answered === 0n ? '–' : row.expectedQualityActive.toFixed(4),
  row.answered === 0n ? '' : `→ ${row.expectedQuality.toFixed(4)}`,
];

function disagreementLine(disagreement: ShadowDisagreement): string {
  const { decisionId, decideTime, useCase, changedShare, causes } = disagreement;
  const [before, after] = [disagreement.likeliestActive || undefined, disagreement.likeliest || undefined];
  const shift = shiftText({ before, after, changedShare, causes });
  return `  ${isoTime(decideTime)}  ${decisionId}  ${useCase}: ${shift}`;
}

const usd = (nanoUsd: number): string => (nanoUsd / NANO_USD_PER_USD).toPrecision(3);
