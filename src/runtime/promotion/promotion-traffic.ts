import type { PolicyFolder } from '../../config/policy-files.js';
import { dutiesOf, serverFor } from '../../core/promotion/advance.js';
import { CANARY_ARMS, canaryExperiment } from '../../core/promotion/canary-experiment.js';
import {
  canaryId,
  gateOf,
  isRunning,
  PROMOTION_ACTOR,
  type PromotionState,
} from '../../core/promotion/promotion-state.js';
import { SextantError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { ExperimentKeeper } from '../experiments/experiment-keeper.js';
import type { RunningExperiment } from '../experiments/running-experiment.js';
import type { PolicyKeeper } from '../policy-keeper.js';
import type { ShadowKeeper, ShadowView } from '../shadow/shadow-keeper.js';

export interface PromotionTrafficParts {
  readonly shadow: ShadowKeeper;
  readonly experiments: ExperimentKeeper;
  readonly policies: Pick<PolicyKeeper, 'promote'>;
}

/** What decides requests beside the policy in force for a promotion's sake: brought about, and taken away. */
export class PromotionTraffic {
  /** The promotion whose shadow was seen to run. */
  private shadowOf: number | undefined;

  constructor(private readonly parts: PromotionTrafficParts) {}

  /** The canary's experiment, where there is one. */
  canaryOf(state: PromotionState): RunningExperiment | undefined {
    return this.parts.experiments.all.find(
      ({ definition, started }) =>
        definition.id === canaryId(state) && started.phases[0]!.actor.name === PROMOTION_ACTOR,
    );
  }

  /** Whether a shadow runs that is somebody's own. */
  foreignShadow(state: PromotionState): ShadowView | undefined {
    const { view } = this.parts.shadow;
    return view === undefined || isOf(state, view) ? undefined : view;
  }

  /**
   * Brings about what a promotion needs at this moment, and first takes away what it no longer does. Does nothing where all
   * is so already, as after a restart.
   * @throws SextantError with what stands in the way; STORE_UNAVAILABLE where it is to be tried again.
   */
  async follow(state: PromotionState, candidate: PolicyFolder | undefined): Promise<void> {
    const { shadow, canaryShare, activate } = dutiesOf(state);
    if (!shadow) await this.endShadow(state);
    if (canaryShare === undefined) await this.endCanary(state);
    if (candidate === undefined) return;
    if (shadow) await this.runShadow(state, candidate);
    if (canaryShare !== undefined) await this.runCanary(state, candidate, canaryShare);
    if (activate) {
      const expectedActiveVersion = state.baseVersion;
      await this.parts.policies.promote(candidate, { ...changeOf(state), expectedActiveVersion });
    }
  }

  private async runShadow(state: PromotionState, { sources }: PolicyFolder): Promise<void> {
    const { view } = this.parts.shadow;
    if (view !== undefined && isOf(state, view)) this.shadowOf = state.number;
    else if (this.shadowOf === state.number)
      throw inTheWay('its shadow was stopped, or another candidate took its place');
    else if (view !== undefined)
      throw inTheWay(`another candidate, ${view.version.slice(0, 12)}, runs as the shadow: stop it first`);
    else {
      await this.parts.shadow.start(sources, 1, changeOf(state));
      this.shadowOf = state.number;
    }
  }

  private async endShadow(state: PromotionState): Promise<void> {
    const { view } = this.parts.shadow;
    if (view !== undefined && isOf(state, view)) await this.parts.shadow.stop(changeOf(state));
  }

  private async runCanary(state: PromotionState, brought: PolicyFolder, share: number): Promise<void> {
    const { experiments } = this.parts;
    const tenant = state.startedBy.tenant as TenantId;
    const run = this.canaryOf(state);
    if (run === undefined)
      await experiments.start(canaryExperiment(state), tenant, { ...changeOf(state), brought });
    else if (run.isRunning && shareOf(run) < share) {
      const shares = run.definition.arms.map(() => share);
      await experiments.ramp(canaryId(state), tenant, shares, changeOf(state));
    }
  }

  private async endCanary(state: PromotionState): Promise<void> {
    if (!this.canaryOf(state)?.isRunning) return;
    const tenant = state.startedBy.tenant;
    await this.parts.experiments.stop(canaryId(state), tenant, undefined, changeOf(state));
  }
}

const isOf = ({ candidateVersion }: PromotionState, { version, startedBy }: ShadowView): boolean =>
  version === candidateVersion && startedBy.name === PROMOTION_ACTOR;

const shareOf = ({ definition, started }: RunningExperiment): number =>
  started.allocation.shares.at(-1)![definition.arms.findIndex(({ id }) => id === CANARY_ARMS.candidate)]!;

const inTheWay = (message: string): SextantError => new SextantError('PROMOTION_REFUSED', message);

function changeOf(state: PromotionState) {
  const reason = isRunning(state) ? gateOf(state).gate : state.end!.status;
  return { actor: serverFor(state), reason: `promotion ${state.number}: ${reason}` };
}
