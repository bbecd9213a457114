import type { TenantId, UseCase } from '../ids.js';
import type { Question } from '../selection/question.js';
import { slotAt, type Allocation } from './allocation.js';
import type { ExperimentDefinition } from './definition.js';
import { POSITIONS, type Exposure } from './exposure.js';

/** A hash of names as a whole number of 2⁻⁵³, uniform in [0, 2⁵³). */
export type PositionOf = (...names: readonly string[]) => number;

/** What assignment reads of a running experiment. */
export interface Assignable {
  readonly number: number;
  readonly definition: ExperimentDefinition;
  /** Whose requests take part, unless those of all tenants do. */
  readonly tenant: TenantId;
  readonly allocation: Allocation;
}

/** Whether a request is one that the experiment is about. */
export const covers = (
  { definition, tenant }: Pick<Assignable, 'definition' | 'tenant'>,
  asked: { readonly tenant: TenantId; readonly useCase: UseCase },
): boolean =>
  (definition.allTenants || asked.tenant === tenant) &&
  (definition.useCases === undefined || definition.useCases.includes(asked.useCase));

/**
 * What is drawn as a whole for this request; nothing where the request does not tell it.
 * @param decisionId absent where no decision is taken: whose unit is the request is in no arm yet.
 */
export function unitOf(
  { unit, allTenants }: Pick<ExperimentDefinition, 'unit' | 'allTenants'>,
  { tenant, attributes }: Pick<Question, 'tenant' | 'attributes'>,
  decisionId: string | undefined,
): string | undefined {
  // Two tenants' users of one name are not the same user.
  const within = (name: string): string => (allTenants ? `${tenant}\u0000${name}` : name);
  switch (unit.kind) {
    case 'request':
      return decisionId;
    case 'tenant':
      return tenant;
    case 'attribute': {
      const value = Object.hasOwn(attributes, unit.name) ? attributes[unit.name] : undefined;
      return value === undefined || value === '' ? undefined : within(value);
    }
  }
}

/**
 * The group that a unit belongs to, if any: one hash with the layer's name says whether its slice holds the unit,
 * another with the experiment's salt where in it. The same unit always gets the same answer, and a later phase only
 * adds units.
 */
export function assign(
  experiment: Assignable,
  question: Pick<Question, 'tenant' | 'attributes'>,
  { unit, position: positionOf }: { readonly unit: string; readonly position: PositionOf },
): Exposure | undefined {
  const { number, definition, allocation } = experiment;
  const { layer, slice, salt, covariate } = definition;
  const inLayer = positionOf('layer', layer, unit) / POSITIONS;
  if (inLayer < slice.from || inLayer >= slice.to) return undefined;
  const position = positionOf('arm', salt, unit);
  const slot = slotAt(allocation, position / POSITIONS);
  if (slot === undefined) return undefined;
  const told = covariate && numberOf(question.attributes, covariate.attribute);
  return {
    experiment: number,
    group: slot.group,
    phase: allocation.shares.length - 1,
    position,
    ...(told !== undefined && { covariate: told }),
  };
}

/** As a ticket keeps it: to single precision. */
function numberOf(attributes: Question['attributes'], name: string): number | undefined {
  const text = Object.hasOwn(attributes, name) ? attributes[name]!.trim() : '';
  const value = Math.fround(text === '' ? NaN : Number(text));
  return Number.isFinite(value) ? value : undefined;
}
