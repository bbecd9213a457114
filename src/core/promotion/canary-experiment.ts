import {
  definitionOf,
  type DeclaredExperiment,
  type ExperimentEntry,
} from '../experiment/parse-experiments.js';
import { canaryId, type PromotionState } from './promotion-state.js';

export const CANARY_ARMS = { control: 'in-force', candidate: 'candidate' } as const;

/**
 * The experiment that a canary is: requests of all tenants, one side decided by the policy in force and one, as large, by
 * the candidate; the rest stays out until a later step lets it in.
 */
export function canaryExperiment(state: PromotionState): DeclaredExperiment {
  const { candidateVersion, settings } = state;
  const { unit, useCases, minimumUnits, alpha, guardrails, shares } = settings.canary;
  const entry: ExperimentEntry = {
    id: canaryId(state),
    description: `canary of ${candidateVersion.slice(0, 12)}`,
    unit,
    ...(useCases && { useCases }),
    tenants: 'all',
    arms: [
      { id: CANARY_ARMS.control, weight: 0.5 },
      { id: CANARY_ARMS.candidate, weight: 0.5, policyVersion: candidateVersion },
    ],
    ramp: rampOf(shares[0]!),
    metrics: guardrails.map(({ metric }) => ({ metric })),
    guardrails,
    alpha,
    minimumUnits,
  };
  return { entry, definition: definitionOf(entry) };
}

/** Share of each side that takes part, so that the candidate decides this share of requests. */
export const rampOf = (share: number): number => share / 0.5;
