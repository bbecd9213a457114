import { SOUND } from './policy-folder.js';

export const [CHEAP, DEAR] = SOUND;

/** One use case's users, half with each of two models. */
export const twoModels = (id: string, useCase: string, changes: object = {}) => ({
  id,
  useCases: [useCase],
  unit: 'attribute:user',
  arms: [
    { id: 'control', weight: 0.5, model: DEAR },
    { id: 'treatment', weight: 0.5, model: CHEAP },
  ],
  metrics: [{ metric: 'quality' }, { metric: 'cost' }, { metric: 'success' }, { metric: 'latency' }],
  minimumUnits: 30,
  ...changes,
});
