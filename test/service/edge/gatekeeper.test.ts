import { expect, it } from 'vitest';
import { sheddableOf } from '../../../src/service/edge/gatekeeper.js';

it.each([
  ['/sextant.v1.SelectionService/Select', 'select'],
  ['/sextant.v1.SelectionService/SelectBatch', 'select'],
  ['/sextant.v1.SelectionService/Explain', 'explain'],
  ['/sextant.v1.SelectionService/EstimateCost', 'explain'],
  ['/sextant.v1.InsightService/ListPosteriors', 'insight'],
  ['/sextant.v1.RegistryService/ListModels', 'insight'],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'insight'],
  ['/sextant.v1.OutcomeService/Report', undefined],
  ['/sextant.v1.OutcomeService/ReportStream', undefined],
  ['/grpc.health.v1.Health/Check', undefined],
])('%s is shed as %s', (path, kind) => {
  expect(sheddableOf(path)).toBe(kind);
});
