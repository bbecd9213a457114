import { armBelief } from '../core/bandit/belief.js';
import { beliefScope } from '../core/bandit/belief-scope.js';
import { levelOfSegment } from '../core/bandit/prior-cells.js';
import { priorsAt } from '../core/bandit/priors.js';
import type { Beta } from '../core/bandit/beta-distribution.js';
import { credibleInterval } from '../core/bandit/credible-interval.js';
import { SextantError } from '../core/errors.js';
import type { TenantId } from '../core/ids.js';
import { armMeans } from '../core/learning/arm-means.js';
import { STAT, type ArmStats } from '../core/learning/arm-stats.js';
import type { UseCaseState } from '../core/learning/use-case-state.js';
import type { Arm, ArmVariant } from '../core/selection/arm.js';
import { listDrift, type ArmDrift } from '../core/selection/list-drift.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import { labelledQuality } from '../core/reporting/labelled-quality.js';
import type {
  BetaPosterior,
  InsightServiceServer,
  ModelPosterior,
  ReportRate,
} from '../gen/sextant/v1/insight.js';
import { readAnnotations } from '../runtime/annotations.js';
import type { AuditLog } from '../runtime/audit-log.js';
import { available } from '../runtime/available.js';
import type { Breakers } from '../runtime/breakers.js';
import type { DriftWatch } from '../runtime/drift-watch.js';
import type { Environment } from '../runtime/environment.js';
import { modelReportRates } from '../runtime/model-report-rates.js';
import type { ReportWatch } from '../runtime/report-watch.js';
import type { RollupReader } from '../runtime/rollups/rollup-reader.js';
import type { Principal } from './auth.js';
import { encodeAnnotations } from './encode/annotations.js';
import { encodeDrift } from './encode/drift.js';
import { encodeModelHealth } from './encode/model-health.js';
import { encodeServerStatus, type StatusSources } from './encode/server-status.js';
import { encodeTimeSeries } from './encode/time-series.js';
import { reviewsOf } from './encode/prompt-review.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageOf, pageSize, readPageToken } from './page.js';
import { checkPoints, decodeListAnnotations, decodeListTimeSeries } from './validate/time-series.js';
import { Violations } from './validate/violations.js';

export interface InsightServiceParts {
  readonly snapshot: () => DecisionSnapshot;
  readonly breakers: Breakers;
  readonly environment: Environment;
  readonly reportWatch: ReportWatch;
  readonly rollups: RollupReader;
  readonly status: StatusSources;
  readonly audit: AuditLog;
  readonly drift: DriftWatch;
}

/** Reads what was learned, of the principal's tenant alone, and the health of models, which all tenants share. */
export function insightService(context: HandlerContext, parts: InsightServiceParts): InsightServiceServer {
  return {
    listPosteriors: unary(context, 'read', (request, { tenant }: Principal) => {
      const page = readPage(request);
      const snapshot = parts.snapshot();
      const { learning } = snapshot;
      const places = learning.useCases
        .filter(
          (state) => state.tenant === tenant && (request.useCase === '' || state.useCase === request.useCase),
        )
        .flatMap((state) => placesOf(state, snapshot))
        .sort((a, b) => (placeKey(a) < placeKey(b) ? -1 : 1));
      const { rows, nextPageToken } = pageOf(places, placeKey, page);
      const nowMs = parts.environment.nowMs();
      return {
        posteriors: rows.map((place) => posteriorOf(place, snapshot, nowMs)),
        nextPageToken,
        stateSequence: BigInt(learning.sequence),
      };
    }),
    listReportRates: unary(context, 'read', (request, { tenant }: Principal) => {
      const page = readPage(request);
      const all = reportRatesOf(parts, tenant)
        .filter(({ useCase }) => request.useCase === '' || useCase === request.useCase)
        .sort((a, b) => (rateKey(a) < rateKey(b) ? -1 : 1));
      const { rows, nextPageToken } = pageOf(all, rateKey, page);
      return { rates: [...rows], nextPageToken };
    }),
    listDrift: unary(context, 'read', (request, { tenant }: Principal) => {
      const page = readPage(request);
      const snapshot = parts.snapshot();
      const all = listDrift(snapshot, parts.environment.nowMs())
        .filter((found) => found.tenant === tenant)
        .filter(({ useCase }) => request.useCase === '' || useCase === request.useCase)
        .sort((a, b) => (driftKey(a) < driftKey(b) ? -1 : 1));
      const { rows, nextPageToken } = pageOf(all, driftKey, page);
      return { alarms: rows.map((found) => encodeDrift(found, snapshot)), nextPageToken };
    }),
    listTimeSeries: unary(context, 'read', async (request, { tenant }: Principal) => {
      const { query, quantiles } = decodeListTimeSeries(request, parts.environment.nowMs());
      const series = await available(parts.rollups.read({ ...query, tenant }));
      checkPoints(series);
      return encodeTimeSeries(series, query, {
        quantiles,
        keptSinceMs: parts.rollups.keptSinceMs(query.tier),
      });
    }),
    listAnnotations: unary(context, 'read', async (request, { tenant }: Principal) => {
      const query = decodeListAnnotations(request, parts.environment.nowMs());
      return encodeAnnotations(await readAnnotations(parts, { ...query, tenant }), parts.snapshot());
    }),
    getServerStatus: unary(context, 'read', (_request, { tenant }: Principal) =>
      encodeServerStatus(parts.status, tenant, parts.environment.nowMs()),
    ),
    listModelHealth: unary(context, 'read', (request) => {
      const violations = new Violations();
      violations.text('model', request.model, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
      const limits = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };
      const size = pageSize(request.pageSize, limits, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const { registry } = parts.snapshot();
      const { model: asked } = request;
      const wanted = asked === '' ? undefined : registry.resolve(asked)?.model.id;
      if (asked !== '' && wanted === undefined) {
        throw new SextantError('UNKNOWN_MODEL', `no model or alias is called "${asked}"`);
      }
      const models = registry
        .list()
        .map(({ model }) => model.id)
        .filter((id) => wanted === undefined || id === wanted);
      const { rows, nextPageToken } = pageOf(models, (id) => id, { after, size });
      const { breakers } = parts;
      return {
        models: rows.map((id) => encodeModelHealth(id, breakers.history(id), breakers.view(id))),
        nextPageToken,
      };
    }),
    reviewPrompts: unary(context, 'read', (request, { tenant }: Principal) => {
      const violations = new Violations();
      if (request.useCase !== '') violations.name('use_case', request.useCase);
      violations.text('model', request.model, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
      violations.throwIfAny();
      return reviewsOf(request, { snapshot: parts.snapshot(), tenant, nowMs: parts.environment.nowMs() });
    }),
  };
}

interface PageRequest {
  readonly useCase: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** @throws SextantError INVALID_FIELD with every violation. */
function readPage(request: PageRequest): { after: string; size: number } {
  const violations = new Violations();
  if (request.useCase !== '') violations.name('use_case', request.useCase);
  const limits = { max: LIMITS.posteriorPageSizeMax, byDefault: LIMITS.posteriorPageSizeDefault };
  const size = pageSize(request.pageSize, limits, violations);
  const after = readPageToken(request.pageToken, violations);
  violations.throwIfAny();
  return { after, size };
}

const rateKey = ({ useCase, model, variant, variantVersion }: ReportRate): string =>
  [useCase, model, variant ?? '', String(variantVersion ?? 0).padStart(ARM_DIGITS, '0')].join('\u0000');

function reportRatesOf({ reportWatch, snapshot }: InsightServiceParts, tenant: TenantId): ReportRate[] {
  return modelReportRates(reportWatch, snapshot(), tenant).map(
    ({ armId: _, variant, decisions, reported, requested, answered, ...rate }) => ({
      ...rate,
      ...encodeVariant(variant),
      decisions: BigInt(decisions),
      reported: BigInt(reported),
      requested: BigInt(requested),
      answered: BigInt(answered),
    }),
  );
}

const driftKey = ({ useCase, arm, metric }: ArmDrift): string =>
  [useCase, arm.model.id, String(arm.armId).padStart(ARM_DIGITS, '0'), metric].join('\u0000');

interface Place {
  readonly state: UseCaseState;
  readonly segment: string;
  readonly arm: Arm;
  readonly stats: ArmStats;
}

/** Arm ids sort as numbers; a model alone was numbered before its variants. */
const ARM_DIGITS = 10;

const placeKey = ({ state, segment, arm }: Place): string =>
  [state.useCase, segment, arm.model.id, String(arm.armId).padStart(ARM_DIGITS, '0')].join('\u0000');

/** Arms of models that are gone are left out: there is no name to show them under. */
function placesOf(state: UseCaseState, { armById }: DecisionSnapshot): Place[] {
  return [...state.segments].flatMap(([segment, arms]) =>
    [...arms].flatMap(([armId, stats]) => {
      const arm = armById.get(armId);
      return arm === undefined ? [] : [{ state, segment, arm, stats }];
    }),
  );
}

function posteriorOf(
  { state, segment, arm, stats }: Place,
  { learning, policy, variantOfArm }: DecisionSnapshot,
  nowMs: number,
): ModelPosterior {
  const { tenant, useCase } = state;
  const { poolingStrength } = policy.bandit;
  const scope = beliefScope(learning, {
    tenant,
    useCase,
    segment,
    poolingStrength,
    nowMs,
  });
  const level = levelOfSegment(segment, policy.bandit.segmentBy);
  const belief = armBelief(scope, priorsAt(arm.priorTable, useCase, level), arm.armId, arm.kin);
  const { costNanoUsd, outputTokens, latencyMs } = armMeans(stats);
  const labelled = labelledQuality(stats, learning.readFactor('labels', nowMs));
  return {
    useCase,
    segment,
    model: arm.model.id,
    ...encodeVariant(variantOfArm.get(arm.armId)),
    quality: encodeBeta(belief.quality.beta!, belief.qualityObservations),
    success: encodeBeta(belief.success, stats[STAT.successW]! * scope.successFactor),
    ...(costNanoUsd !== undefined && { meanCostNanoUsd: costNanoUsd }),
    ...(outputTokens !== undefined && { meanOutputTokens: outputTokens }),
    ...(latencyMs !== undefined && { meanLatencyMs: latencyMs }),
    ...(labelled && { labelledQuality: labelled }),
  };
}

const encodeVariant = (variant: ArmVariant | undefined) =>
  variant === undefined ? {} : { variant: variant.id, variantVersion: variant.version };

function encodeBeta(shape: Beta, observations: number): BetaPosterior {
  return { ...shape, ...credibleInterval(shape), observations };
}
