import type { TenantId } from '../../core/ids.js';
import type { ArmId } from '../../core/registry/model.js';
import { nameOfArmId } from '../../core/selection/snapshot.js';
import type { Runtime } from '../../runtime/runtime.js';

/** What the views of one tenant are read from. */
export interface Sources {
  readonly runtime: Runtime;
  readonly tenant: TenantId;
  readonly nowMs: number;
}

/** `provider/name`, with the prompt variant behind it where the arm is one. Models that are gone have no name any more. */
export function armName({ runtime }: Pick<Sources, 'runtime'>, armId: ArmId): string {
  return nameOfArmId(runtime.snapshot(), armId);
}

/** Use cases that were learned of or decided for, in order. */
export function useCasesOf({ runtime, tenant }: Sources): string[] {
  const learned = [...runtime.snapshot().learning.useCases.values()].filter(
    (state) => state.tenant === tenant,
  );
  const names = [...learned, ...runtime.activity.seriesFor(tenant)].map(({ useCase }) => useCase);
  return [...new Set<string>(names)].sort();
}
