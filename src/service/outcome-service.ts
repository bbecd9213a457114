import { SextantError } from '../core/errors.js';
import type {
  OutcomeServiceServer,
  ReportBatchResponse,
  ReportRequest,
  ReportResponse,
  ReportStreamRequest,
  ReportStreamResponse,
} from '../gen/sextant/v1/outcome.js';
import type { Reporter } from '../runtime/reporter.js';
import type { Principal } from './auth.js';
import { outcomeMetricEnum } from './encode/enums.js';
import { decoded, itemStream, unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import type { OpenStreams } from './open-streams.js';
import { statusOf } from './status.js';
import { traceItem, traceReport, type TracedItem } from './tracing.js';
import { checkItems, missing } from './validate/items.js';
import { decodeReport } from './validate/report.js';

/** Items of a batch and of a stream. */
const BATCHED: TracedItem = { name: 'Report', place: 'child' };
const STREAMED: TracedItem = { name: 'Report', place: 'linked' };

type ItemOutcome = ReportStreamResponse['outcome'];

/** Reports, acknowledged after a durable write. */
export function outcomeService(
  context: HandlerContext,
  reporter: Reporter,
  streams: OpenStreams,
): OutcomeServiceServer {
  const report = async (request: ReportRequest, { tenant }: Principal): Promise<ReportResponse> => {
    const attempts = decodeReport(request);
    const { decisionId, recorded } = await reporter.report(tenant, request.ticket, attempts);
    traceReport(decisionId, attempts);
    return {
      decisionId,
      recorded: recorded.map(({ attempt, metric, duplicate, costNanoUsd }) => ({
        attempt,
        metric: outcomeMetricEnum.encode(metric),
        duplicate,
        ...(costNanoUsd !== undefined && { costNanoUsd: BigInt(costNanoUsd) }),
      })),
    };
  };

  /** One item's receipt or status; never rejects, so that one bad item fails alone. */
  const outcomeOf = async (
    request: ReportRequest | undefined,
    principal: Principal,
    traced: TracedItem,
  ): Promise<ItemOutcome> => {
    try {
      if (request === undefined) throw missing('report');
      return { $case: 'response', value: await traceItem(traced, () => report(request, principal)) };
    } catch (thrown) {
      const error = SextantError.from(thrown);
      if (error.code === 'INTERNAL') context.logger.error({ err: error.details.cause }, 'internal error');
      return { $case: 'error', value: statusOf(error) };
    }
  };

  return {
    report: unary(context, 'report', report),
    reportBatch: unary(context, 'report', async ({ items }, principal): Promise<ReportBatchResponse> => {
      checkItems(items, LIMITS.batchReportMax);
      const outcomes = items.map(async ({ id, report: request }) => ({
        id,
        outcome: await outcomeOf(request, principal, BATCHED),
      }));
      return { results: await Promise.all(outcomes) };
    }),
    reportStream: itemStream<ReportStreamRequest, ReportStreamResponse>(context, 'report', {
      maxInFlight: LIMITS.streamReportsInFlight,
      streams,
      answer: async (item, principal) => {
        try {
          const { id, report: request } = decoded(item);
          return { id, outcome: await outcomeOf(request, principal, STREAMED) };
        } catch (thrown) {
          return { id: '', outcome: { $case: 'error', value: statusOf(SextantError.from(thrown)) } };
        }
      },
    }),
  };
}
