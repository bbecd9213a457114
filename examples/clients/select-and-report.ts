/**
 * One Select, one call to the chosen model, one Report.
 *
 *   npx -y tsx examples/clients/select-and-report.ts [127.0.0.1:50051]
 */
import { ChannelCredentials, Metadata, type CallOptions, type ServiceError } from '@grpc/grpc-js';
import {
  OutcomeServiceClient,
  OutcomeStatus,
  ReportRequest,
  type ReportResponse,
} from '../../src/gen/sextant/v1/outcome.js';
import {
  SelectionServiceClient,
  SelectRequest,
  type SelectResponse,
} from '../../src/gen/sextant/v1/selection.js';

const address = process.argv[2] ?? '127.0.0.1:50051';
const credentials = ChannelCredentials.createInsecure();
const selection = new SelectionServiceClient(address, credentials);
const outcomes = new OutcomeServiceClient(address, credentials);

// With tokens configured: metadata.set('authorization', 'Bearer …').
const metadata = new Metadata();
const within = (ms: number): CallOptions => ({ deadline: Date.now() + ms });

type Done<Response> = (error: ServiceError | null, response: Response) => void;

/** A call of grpc-js as a promise. */
function answered<Response>(call: (done: Done<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

const prompt = 'Summarise this ticket in two sentences: the invoice shows the wrong address.';
const request = SelectRequest.fromPartial({
  useCase: 'support-chat',
  input: { content: { $case: 'text', value: prompt } },
});
const decision = await answered<SelectResponse>((done) =>
  selection.select(request, metadata, within(1_000), done),
);
console.log(decision.reason);

// Here you call decision.choice.model, and the fallbacks in turn where it fails.
const answer = { seconds: 1.8, inputTokens: 24, outputTokens: 61 };

const report = ReportRequest.fromPartial({
  ticket: decision.ticket,
  attempts: [
    {
      attempt: 0,
      status: OutcomeStatus.SUCCESS,
      latency: { seconds: BigInt(Math.trunc(answer.seconds)), nanos: Math.round((answer.seconds % 1) * 1e9) },
      usage: { inputTokens: BigInt(answer.inputTokens), outputTokens: BigInt(answer.outputTokens) },
      quality: 0.9,
      qualitySource: 'user',
    },
  ],
});
const receipt = await answered<ReportResponse>((done) =>
  outcomes.report(report, metadata, within(5_000), done),
);
for (const { attempt, costNanoUsd } of receipt.recorded) {
  if (costNanoUsd !== undefined) console.log(`attempt ${attempt} cost ${Number(costNanoUsd) / 1e9} USD`);
}
selection.close();
outcomes.close();
