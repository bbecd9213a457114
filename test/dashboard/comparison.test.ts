import { expect, it } from 'vitest';
import { totalOf } from '../../dashboard/src/comparison.js';
import type { ComparedUseCase } from '../../dashboard/src/contract.js';
import { nameInFolder } from '../../dashboard/src/policy-file-name.js';

const row = (changes: Partial<ComparedUseCase>): ComparedUseCase => ({
  useCase: 'chat',
  requests: '10',
  changedShare: 0.5,
  refused: '2',
  admitted: '0',
  otherCandidates: '3',
  otherShares: '0',
  otherWeights: '0',
  answered: '8',
  expectedQualityActive: 0.9,
  expectedQuality: 0.8,
  priced: '0',
  expectedCostNanoUsdActive: 0,
  expectedCostNanoUsd: 0,
  ...changes,
});

it('use cases weigh by their requests, and means by those that they are over', () => {
  const other = row({
    requests: '30',
    changedShare: 0.1,
    refused: '0',
    answered: '24',
    expectedQualityActive: 0.5,
    expectedQuality: 0.5,
    priced: '4',
    expectedCostNanoUsdActive: 100,
    expectedCostNanoUsd: 50,
  });
  const total = totalOf([row({}), other]);
  expect(total).toMatchObject({ requests: 40, refused: 2, admitted: 0 });
  expect(total.changedShare).toBeCloseTo(0.2, 12);
  expect(total.quality!.before).toBeCloseTo(0.6, 12);
  expect(total.quality!.after).toBeCloseTo(0.575, 12);
  expect(total.costNanoUsd).toEqual({ before: 100, after: 50 });
  expect(totalOf([row({ answered: '0' })])).not.toHaveProperty('quality');
  expect(totalOf([]).changedShare).toBe(0);
});

it('of a folder, the files of the policy are taken', () => {
  const names = [
    'rules/models.json',
    'rules/rules/cost.json',
    'rules/schema/a.json',
    'rules/.git/x.json',
    'rules/README.md',
  ];
  expect(names.map(nameInFolder)).toEqual([
    'models.json',
    'rules/cost.json',
    undefined,
    undefined,
    undefined,
  ]);
});
