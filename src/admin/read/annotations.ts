import type { UseCase } from '../../core/ids.js';
import { readAnnotations } from '../../runtime/annotations.js';
import type { DriftPeriod } from '../../runtime/drift-history.js';
import type { AnnotationsView, SpanName } from '../views.js';
import { widthMsOf } from './lately.js';
import { armName, type Sources } from './sources.js';

/** What charts of the span mark: of one use case, or of all where none is named. @throws SextantError STORE_UNAVAILABLE. */
export async function readAnnotationsView(
  sources: Sources,
  useCase: string | undefined,
  span: SpanName,
): Promise<AnnotationsView> {
  const { runtime, tenant, nowMs } = sources;
  const fromMs = nowMs - widthMsOf(span);
  const { policies, drifts, driftSinceMs } = await readAnnotations(runtime, {
    tenant,
    ...(useCase !== undefined && { useCase: useCase as UseCase }),
    fromMs,
    toMs: nowMs,
  });
  return {
    span,
    fromMs,
    toMs: nowMs,
    driftSinceMs,
    policies: policies.map(({ timeMs, version, action }) => ({ atMs: timeMs, version, action })),
    drifts: drifts.map((period) => driftView(sources, period)),
  };
}

function driftView(
  sources: Sources,
  { strongest: { useCase, arm, metric, drift }, startMs, isFromBefore, endMs }: DriftPeriod,
): AnnotationsView['drifts'][number] {
  return {
    useCase,
    model: armName(sources, arm.armId),
    metric,
    shift: drift.shift,
    shiftSd: Math.sqrt(drift.variance),
    z: drift.z,
    startMs,
    isFromBefore,
    endMs: endMs ?? null,
  };
}
