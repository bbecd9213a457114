import type { RoutedArm } from '../../core/experiment/routed-comparison.js';
import type { ArmId } from '../../core/registry/model.js';
import type {
  CompareExperimentModelsResponse,
  ExperimentModelEstimate,
} from '../../gen/sextant/v1/experiment.js';
import type { RoutedGroup } from '../../runtime/experiments/routed-models.js';

/** @param nameOf what an arm of the bandit is called. */
export const encodeRoutedModels = (
  groups: readonly RoutedGroup[],
  names: readonly string[],
  nameOf: (armId: ArmId) => string,
): CompareExperimentModelsResponse => ({
  arms: groups.map(({ models, decisions, withoutQuality, withoutPropensity }, group) => ({
    arm: names[group]!,
    models: models.map((model) => encodeModel(model, nameOf(model.armId))),
    decisions: BigInt(decisions),
    withoutQuality: BigInt(withoutQuality),
    withoutPropensity: BigInt(withoutPropensity),
  })),
});

function encodeModel(
  { chosen, asRouted, supported, mean, interval, difference }: RoutedArm,
  routedTo: string,
): ExperimentModelEstimate {
  return {
    routedTo,
    decisions: BigInt(chosen),
    meanQualityAsRouted: asRouted,
    supportedDecisions: BigInt(supported),
    ...(!Number.isNaN(mean) && { meanQuality: mean, interval }),
    ...(difference && { difference: { ...difference, decisions: BigInt(difference.decisions) } }),
  };
}
