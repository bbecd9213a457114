import { expect, it } from 'vitest';
import { AdminServiceService } from '../../../src/gen/sextant/v1/admin.js';
import { AuditServiceService } from '../../../src/gen/sextant/v1/audit.js';
import { EvaluationServiceService } from '../../../src/gen/sextant/v1/evaluation.js';
import { ExperimentServiceService } from '../../../src/gen/sextant/v1/experiment.js';
import { InsightServiceService } from '../../../src/gen/sextant/v1/insight.js';
import { OutcomeServiceService } from '../../../src/gen/sextant/v1/outcome.js';
import { PolicyServiceService } from '../../../src/gen/sextant/v1/policy.js';
import { PromotionServiceService } from '../../../src/gen/sextant/v1/promotion.js';
import { PromptServiceService } from '../../../src/gen/sextant/v1/prompt.js';
import { RegistryServiceService } from '../../../src/gen/sextant/v1/registry.js';
import { SelectionServiceService } from '../../../src/gen/sextant/v1/selection.js';
import { sheddableOf } from '../../../src/service/edge/gatekeeper.js';

const SERVICES: readonly Readonly<Record<string, { readonly path: string }>>[] = [
  AdminServiceService,
  AuditServiceService,
  EvaluationServiceService,
  ExperimentServiceService,
  InsightServiceService,
  OutcomeServiceService,
  PolicyServiceService,
  PromotionServiceService,
  PromptServiceService,
  RegistryServiceService,
  SelectionServiceService,
];
const PATHS = SERVICES.flatMap((service) => Object.values(service).map(({ path }) => path));

/** Names of the methods of a class. */
const shedAs = (kind: string | undefined): string[] =>
  PATHS.filter((path) => sheddableOf(path) === kind).map((path) => path.slice(path.lastIndexOf('/') + 1));

it('what is never refused is reports and changes', () => {
  expect(shedAs(undefined)).toEqual([
    ...['Backup', 'Compact'],
    ...['StartExperiment', 'RampExperiment', 'StopExperiment'],
    ...['Report', 'ReportBatch', 'ReportStream'],
    ...['ActivatePolicyVersion', 'RollBackPolicy', 'UnpinPolicy', 'StartShadow', 'StopShadow'],
    ...['StartPromotion', 'AbortPromotion'],
    ...['CreatePrompt', 'ApprovePrompt', 'RetirePrompt', 'DeletePrompt'],
    ...['CreateModel', 'UpdateModel', 'DeleteModel'],
  ]);
});

it('Selects are the last that is refused, and what explains them comes before', () => {
  expect(shedAs('select')).toEqual(['Select', 'SelectBatch']);
  expect(shedAs('explain')).toEqual(['Explain', 'AnalyzeComplexity', 'EstimateCost']);
});

it.each([
  ['/sextant.v1.InsightService/ListPosteriors', 'insight'],
  ['/sextant.v1.InsightService/ReviewPrompts', 'insight'],
  ['/sextant.v1.RegistryService/ListModels', 'insight'],
  ['/sextant.v1.PolicyService/ValidatePolicy', 'insight'],
  ['/sextant.v1.EvaluationService/EvaluatePolicy', 'insight'],
  ['/sextant.v1.ExperimentService/CompareExperimentModels', 'insight'],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'insight'],
  ['/nobody/knows', 'insight'],
  ['/grpc.health.v1.Health/Check', undefined],
])('%s is shed as %s', (path, kind) => {
  expect(sheddableOf(path)).toBe(kind);
});
