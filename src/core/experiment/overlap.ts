import type { Fault } from '../fault.js';
import type { ExperimentDefinition } from './definition.js';

type Placed = Pick<ExperimentDefinition, 'id' | 'layer' | 'slice' | 'useCases' | 'unit' | 'allTenants'>;

const sameUnit = (a: ExperimentDefinition['unit'], b: ExperimentDefinition['unit']): boolean =>
  a.kind === b.kind && (a.kind !== 'attribute' || b.kind !== 'attribute' || a.name === b.name);

/** Whether some request may be one that both are about. */
export const meet = (a: Placed, b: Placed, sameTenant: boolean): boolean =>
  (sameTenant || a.allTenants || b.allTenants) &&
  (a.useCases === undefined ||
    b.useCases === undefined ||
    a.useCases.some((useCase) => b.useCases!.includes(useCase)));

/**
 * Why two experiments cannot run at once, if they cannot: a request belongs to one at most, so that each arm's beliefs
 * and budget are of its own decisions.
 *
 * @param sameTenant whether they are about requests of the same tenant, where neither is about all.
 * @returns the member of `a` that would have to be another.
 */
export function overlapFault(a: Placed, b: Placed, sameTenant: boolean): Fault | undefined {
  if (!meet(a, b, sameTenant)) return undefined;
  const shared = `"${a.id}" and "${b.id}" are about the same requests`;
  if (a.layer !== b.layer)
    return {
      path: 'layer',
      reason: `${shared} in different layers, "${a.layer}" and "${b.layer}": put them into slices of one layer`,
    };
  if (!sameUnit(a.unit, b.unit))
    return { path: 'unit', reason: `${shared} in one layer with different units` };
  if (a.allTenants !== b.allTenants)
    return { path: 'tenants', reason: `${shared} in one layer, but only one of them is about all tenants` };
  const from = Math.max(a.slice.from, b.slice.from);
  const to = Math.min(a.slice.to, b.slice.to);
  if (from >= to) return undefined;
  return {
    path: 'slice',
    reason: `${shared}: their slices of layer "${a.layer}" overlap from ${from} to ${to}`,
  };
}
