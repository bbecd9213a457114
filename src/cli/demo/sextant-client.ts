import { promisify } from 'node:util';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { InsightServiceClient, type ListPosteriorsResponse } from '../../gen/sextant/v1/insight.js';
import {
  OutcomeServiceClient,
  type ReportRequest,
  type ReportResponse,
} from '../../gen/sextant/v1/outcome.js';
import {
  SelectionServiceClient,
  type SelectRequest,
  type SelectResponse,
} from '../../gen/sextant/v1/selection.js';

/** The calls that the demo makes, as promises. */
export interface SextantClient {
  select(request: SelectRequest): Promise<SelectResponse>;
  report(request: ReportRequest): Promise<ReportResponse>;
  posteriors(useCase: string): Promise<ListPosteriorsResponse>;
  close(): void;
}

type UnaryCall<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

const PAGE_SIZE = 10_000;

export function connectSextant(address: string): SextantClient {
  const insecure = credentials.createInsecure();
  const selection = new SelectionServiceClient(address, insecure);
  const outcomes = new OutcomeServiceClient(address, insecure);
  const insights = new InsightServiceClient(address, insecure);
  const call = <Request, Response>(unary: UnaryCall<Request, Response>) => promisify(unary);
  return {
    select: call<SelectRequest, SelectResponse>((request, callback) => selection.select(request, callback)),
    report: call<ReportRequest, ReportResponse>((request, callback) => outcomes.report(request, callback)),
    posteriors: (useCase) =>
      call<string, ListPosteriorsResponse>((name, callback) =>
        insights.listPosteriors({ useCase: name, pageSize: PAGE_SIZE, pageToken: '' }, callback),
      )(useCase),
    close: () => {
      selection.close();
      outcomes.close();
      insights.close();
    },
  };
}
