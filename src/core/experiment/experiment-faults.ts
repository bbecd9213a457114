import { suggestWord } from '../closest-word.js';
import type { Fault } from '../fault.js';
import type { PromptVariant } from '../prompts/prompt-variant.js';
import type { Model } from '../registry/model.js';
import { HOLDOUT, type ArmChange, type ExperimentArm, type ExperimentDefinition } from './definition.js';
import { isForModel } from '../prompts/prompt-variant.js';

/** What an experiment's names mean on this server. */
export interface ExperimentSurroundings {
  readonly models: readonly Model[];
  readonly variants: readonly PromptVariant[];
  /** What is wrong with settings as an arm changes them; paths within the arm. */
  readonly settingsFaults: (change: ArmChange) => readonly Fault[];
}

const SUM_TOLERANCE = 1e-6;

/** What is wrong with a definition of the right shape. */
export function definitionFaults(
  definition: ExperimentDefinition,
  path: string,
  surroundings: ExperimentSurroundings,
): Fault[] {
  const { slice, unit, allTenants } = definition;
  const faults: Fault[] = [];
  const add = (member: string, reason: string): void =>
    void faults.push({ path: `${path}.${member}`, reason });
  if (slice.from >= slice.to)
    add('slice', `holds nothing: from, ${slice.from}, must be below to, ${slice.to}`);
  if (unit.kind === 'tenant' && !allTenants)
    add('unit', 'one tenant cannot be split: units are tenants only where tenants is "all"');
  return [
    ...faults,
    ...weightFaults(definition, path),
    ...metricFaults(definition, path),
    ...definition.arms.flatMap((arm, i) => changeFaults(arm, definition, `${path}.arms[${i}]`, surroundings)),
  ];
}

function weightFaults({ arms, holdout, control }: ExperimentDefinition, path: string): Fault[] {
  const faults: Fault[] = [];
  const ids = arms.map(({ id }) => id);
  ids.forEach((id, i) => {
    if (id === HOLDOUT)
      faults.push({ path: `${path}.arms[${i}].id`, reason: `"${HOLDOUT}" is kept for the holdout` });
    if (ids.indexOf(id) < i) faults.push({ path: `${path}.arms[${i}].id`, reason: `"${id}" is there twice` });
  });
  const sum = arms.reduce((total, { weight }) => total + weight, holdout);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    const with_ = holdout > 0 ? ' and the holdout' : '';
    faults.push({
      path: `${path}.arms`,
      reason: `weights${with_} sum to ${Number(sum.toPrecision(6))}, and must sum to 1`,
    });
  }
  if (!ids.includes(control))
    faults.push({
      path: `${path}.control`,
      reason: `"${control}" is no arm of this experiment`,
      ...suggestWord(control, ids),
    });
  return faults;
}

function metricFaults({ metrics, guardrails }: ExperimentDefinition, path: string): Fault[] {
  const names = metrics.map(({ metric }) => metric);
  return [
    ...names.flatMap((name, i) =>
      names.indexOf(name) < i
        ? [{ path: `${path}.metrics[${i}].metric`, reason: `"${name}" is there twice` }]
        : [],
    ),
    ...guardrails.flatMap(({ metric }, i) =>
      names.includes(metric)
        ? []
        : [
            {
              path: `${path}.guardrails[${i}].metric`,
              reason: `"${metric}" is not among the metrics, and is not measured`,
            },
          ],
    ),
  ];
}

function changeFaults(
  { change }: ExperimentArm,
  { useCases }: ExperimentDefinition,
  path: string,
  { models, variants, settingsFaults }: ExperimentSurroundings,
): Fault[] {
  const { model: modelId, promptVariant, policyVersion, ...settings } = change;
  const faults: Fault[] = settingsFaults(settings).map((fault) => ({
    path: `${path}.${fault.path}`,
    reason: fault.reason,
  }));
  const add = (member: string, reason: string, suggestion: object = {}): void =>
    void faults.push({ path: `${path}.${member}`, reason, ...suggestion });
  if (policyVersion !== undefined && Object.keys(settings).length > 0)
    add('policyVersion', 'has settings of its own: bandit and budgets cannot be changed beside it');
  const model = models.find(({ id }) => id === modelId);
  if (modelId !== undefined && model === undefined)
    add(
      'model',
      `"${modelId}" is no model here`,
      suggestWord(
        modelId,
        models.map(({ id }) => id),
      ),
    );
  if (promptVariant === undefined) return faults;
  const variant = variants.find(({ id }) => id === promptVariant);
  if (variant === undefined) {
    add(
      'promptVariant',
      `"${promptVariant}" is no prompt variant here`,
      suggestWord(
        promptVariant,
        variants.map(({ id }) => id),
      ),
    );
    return faults;
  }
  const on = modelId === undefined ? models : models.filter(({ id }) => id === modelId);
  if (!on.some((one) => isForModel(variant, one)))
    add(
      'promptVariant',
      `"${promptVariant}" is for no model ${modelId === undefined ? 'that is here' : `but others than ${modelId}`}`,
    );
  if (variant.status !== 'active')
    add('promptVariant', `"${promptVariant}" is ${variant.status}: approve it first`);
  if (useCases?.length !== 1 || useCases[0] !== variant.useCase)
    add(
      'promptVariant',
      `"${promptVariant}" is of use case ${variant.useCase}: the experiment must be about it alone`,
    );
  return faults;
}
