import {
  credentials,
  Metadata,
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  type ServiceError,
} from '@grpc/grpc-js';
import { HealthClient } from '../../src/gen/grpc/health/v1/health.js';
import * as audit from '../../src/gen/sextant/v1/audit.js';
import * as evaluation from '../../src/gen/sextant/v1/evaluation.js';
import * as experiment from '../../src/gen/sextant/v1/experiment.js';
import * as insight from '../../src/gen/sextant/v1/insight.js';
import * as outcome from '../../src/gen/sextant/v1/outcome.js';
import * as policy from '../../src/gen/sextant/v1/policy.js';
import * as promotion from '../../src/gen/sextant/v1/promotion.js';
import * as prompt from '../../src/gen/sextant/v1/prompt.js';
import * as registry from '../../src/gen/sextant/v1/registry.js';
import * as selection from '../../src/gen/sextant/v1/selection.js';

const DEADLINE_MS = 10_000;
/** It runs at the lowest priority, which on a busy machine is slow. */
const EVALUATION_DEADLINE_MS = 240_000;

type Method<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

interface ClientOptions {
  readonly token?: string;
  readonly channel?: ChannelOptions;
  /** Plain where absent. */
  readonly secured?: ChannelCredentials;
  /** Of every call. */
  readonly deadlineMs?: number;
}

export type Sextant = ReturnType<typeof connect>;

/** Every unary RPC as a promise, the streams as they are; a request needs only the fields that matter. */
export function connect(
  address: string,
  { token, channel = {}, secured, deadlineMs = DEADLINE_MS }: ClientOptions = {},
) {
  const transport = secured ?? credentials.createInsecure();
  const selections = new selection.SelectionServiceClient(address, transport, channel);
  const outcomes = new outcome.OutcomeServiceClient(address, transport, channel);
  const models = new registry.RegistryServiceClient(address, transport, channel);
  const policies = new policy.PolicyServiceClient(address, transport, channel);
  const audits = new audit.AuditServiceClient(address, transport, channel);
  const evaluations = new evaluation.EvaluationServiceClient(address, transport, channel);
  const insights = new insight.InsightServiceClient(address, transport, channel);
  const prompts = new prompt.PromptServiceClient(address, transport, channel);
  const experiments = new experiment.ExperimentServiceClient(address, transport, channel);
  const promotions = new promotion.PromotionServiceClient(address, transport, channel);
  const health = new HealthClient(address, transport, channel);
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);

  const unary =
    <Partial, Request, Response>(
      { fromPartial }: { fromPartial: (partial: Partial) => Request },
      method: Method<Request, Response>,
      callDeadlineMs = deadlineMs,
    ) =>
    (partial: Partial): Promise<Response> =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + callDeadlineMs };
        method(fromPartial(partial), metadata, options, (error, response) =>
          error === null ? resolve(response) : reject(error),
        );
      });

  return {
    select: unary(selection.SelectRequest, selections.select.bind(selections)),
    selectBatch: unary(selection.SelectBatchRequest, selections.selectBatch.bind(selections)),
    explain: unary(selection.ExplainRequest, selections.explain.bind(selections)),
    analyzeComplexity: unary(
      selection.AnalyzeComplexityRequest,
      selections.analyzeComplexity.bind(selections),
    ),
    estimateCost: unary(selection.EstimateCostRequest, selections.estimateCost.bind(selections)),
    report: unary(outcome.ReportRequest, outcomes.report.bind(outcomes)),
    reportBatch: unary(outcome.ReportBatchRequest, outcomes.reportBatch.bind(outcomes)),
    reportStream: () => outcomes.reportStream(metadata),
    createModel: unary(registry.CreateModelRequest, models.createModel.bind(models)),
    getModel: unary(registry.GetModelRequest, models.getModel.bind(models)),
    listModels: unary(registry.ListModelsRequest, models.listModels.bind(models)),
    updateModel: unary(registry.UpdateModelRequest, models.updateModel.bind(models)),
    deleteModel: unary(registry.DeleteModelRequest, models.deleteModel.bind(models)),
    activePolicy: unary(policy.GetActivePolicyRequest, policies.getActivePolicy.bind(policies)),
    listPolicyVersions: unary(policy.ListPolicyVersionsRequest, policies.listPolicyVersions.bind(policies)),
    getPolicyVersion: unary(policy.GetPolicyVersionRequest, policies.getPolicyVersion.bind(policies)),
    diffPolicyVersions: unary(policy.DiffPolicyVersionsRequest, policies.diffPolicyVersions.bind(policies)),
    validatePolicy: unary(policy.ValidatePolicyRequest, policies.validatePolicy.bind(policies)),
    activatePolicyVersion: unary(
      policy.ActivatePolicyVersionRequest,
      policies.activatePolicyVersion.bind(policies),
    ),
    rollBackPolicy: unary(policy.RollBackPolicyRequest, policies.rollBackPolicy.bind(policies)),
    unpinPolicy: unary(policy.UnpinPolicyRequest, policies.unpinPolicy.bind(policies)),
    startShadow: unary(policy.StartShadowRequest, policies.startShadow.bind(policies)),
    stopShadow: unary(policy.StopShadowRequest, policies.stopShadow.bind(policies)),
    getShadow: unary(policy.GetShadowRequest, policies.getShadow.bind(policies)),
    listAuditEntries: unary(audit.ListAuditEntriesRequest, audits.listAuditEntries.bind(audits)),
    createPrompt: unary(prompt.CreatePromptRequest, prompts.createPrompt.bind(prompts)),
    getPrompt: unary(prompt.GetPromptRequest, prompts.getPrompt.bind(prompts)),
    listPrompts: unary(prompt.ListPromptsRequest, prompts.listPrompts.bind(prompts)),
    approvePrompt: unary(prompt.ApprovePromptRequest, prompts.approvePrompt.bind(prompts)),
    retirePrompt: unary(prompt.RetirePromptRequest, prompts.retirePrompt.bind(prompts)),
    deletePrompt: unary(prompt.DeletePromptRequest, prompts.deletePrompt.bind(prompts)),
    reviewPrompts: unary(insight.ReviewPromptsRequest, insights.reviewPrompts.bind(insights)),
    comparePolicies: unary(
      evaluation.ComparePoliciesRequest,
      evaluations.comparePolicies.bind(evaluations),
      EVALUATION_DEADLINE_MS,
    ),
    evaluatePolicy: unary(
      evaluation.EvaluatePolicyRequest,
      evaluations.evaluatePolicy.bind(evaluations),
      EVALUATION_DEADLINE_MS,
    ),
    listPosteriors: unary(insight.ListPosteriorsRequest, insights.listPosteriors.bind(insights)),
    serverStatus: unary(insight.GetServerStatusRequest, insights.getServerStatus.bind(insights)),
    listTimeSeries: unary(insight.ListTimeSeriesRequest, insights.listTimeSeries.bind(insights)),
    listDrift: unary(insight.ListDriftRequest, insights.listDrift.bind(insights)),
    listAnnotations: unary(insight.ListAnnotationsRequest, insights.listAnnotations.bind(insights)),
    listReportRates: unary(insight.ListReportRatesRequest, insights.listReportRates.bind(insights)),
    listModelHealth: unary(insight.ListModelHealthRequest, insights.listModelHealth.bind(insights)),
    startExperiment: unary(experiment.StartExperimentRequest, experiments.startExperiment.bind(experiments)),
    rampExperiment: unary(experiment.RampExperimentRequest, experiments.rampExperiment.bind(experiments)),
    stopExperiment: unary(experiment.StopExperimentRequest, experiments.stopExperiment.bind(experiments)),
    getExperimentResult: unary(
      experiment.GetExperimentResultRequest,
      experiments.getExperimentResult.bind(experiments),
    ),
    compareExperimentModels: unary(
      experiment.CompareExperimentModelsRequest,
      experiments.compareExperimentModels.bind(experiments),
    ),
    listExperiments: unary(experiment.ListExperimentsRequest, experiments.listExperiments.bind(experiments)),
    startPromotion: unary(promotion.StartPromotionRequest, promotions.startPromotion.bind(promotions)),
    getPromotion: unary(promotion.GetPromotionRequest, promotions.getPromotion.bind(promotions)),
    listPromotions: unary(promotion.ListPromotionsRequest, promotions.listPromotions.bind(promotions)),
    abortPromotion: unary(promotion.AbortPromotionRequest, promotions.abortPromotion.bind(promotions)),
    health,
    close: () => {
      const clients = [
        selections,
        outcomes,
        models,
        policies,
        audits,
        evaluations,
        insights,
        prompts,
        experiments,
        promotions,
        health,
      ];
      for (const client of clients) client.close();
    },
  };
}
