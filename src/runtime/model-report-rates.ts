import type { TenantId, UseCase } from '../core/ids.js';
import type { ModelId } from '../core/registry/model.js';
import type { ReportRate } from '../core/reporting/report-rates.js';
import type { ArmVariant } from '../core/selection/arm.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import type { ReportWatch } from './report-watch.js';

/** A report rate under the name of its model, and of its variant where the arm is one. */
export interface ModelReportRate extends ReportRate {
  readonly useCase: UseCase;
  readonly model: ModelId;
  readonly variant?: ArmVariant;
}

/** One tenant's report rates. Models that are gone are left out: there is no name to show them under. */
export function modelReportRates(
  reportWatch: ReportWatch,
  { armById, variantOfArm }: DecisionSnapshot,
  tenant: TenantId,
): ModelReportRate[] {
  return reportWatch
    .rates()
    .filter((scope) => scope.tenant === tenant)
    .flatMap(({ useCase, rates }) =>
      rates.flatMap((rate) => {
        const arm = armById.get(rate.armId);
        const variant = variantOfArm.get(rate.armId);
        return arm === undefined
          ? []
          : [{ useCase, model: arm.model.id, ...(variant && { variant }), ...rate }];
      }),
    );
}
