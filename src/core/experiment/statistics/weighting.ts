import type { Allocation } from '../allocation.js';

/**
 * The weight of an observation: one over the share of units that its group had when it was decided. A group that was
 * ramped up later would else be compared with a control that saw other days (Simpson's paradox); with inverse
 * inclusion probabilities every group stands for all traffic at all times.
 *
 * Source: Horvitz & Thompson (JASA 1952); for ramps Kohavi, Tang & Xu, Trustworthy Online Controlled Experiments (2020),
 * ch. 15.
 *
 * @returns 0 where the group had no share, which no ticket of ours says.
 */
export function inclusionWeight(
  { shares }: Pick<Allocation, 'shares'>,
  { phase, group }: { readonly phase: number; readonly group: number },
): number {
  const share = shares[phase]?.[group] ?? 0;
  return share > 0 ? 1 / share : 0;
}
