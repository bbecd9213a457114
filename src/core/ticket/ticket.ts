import type { Exposure } from '../experiment/exposure.js';
import type { DecisionId, TenantId, UseCase } from '../ids.js';
import type { ArmId } from '../registry/model.js';

/** One link of a decision's chain, as its ticket carries it. */
export interface TicketAttempt {
  readonly armId: ArmId;
  /** Posterior mean of quality at decision, in 1/65535. */
  readonly expectedQualityQ16: number;
  /** 0 where unpriced. */
  readonly expectedCostNanoUsd: number;
  /** Chance of success that was predicted, in 1/65535; absent where none was. */
  readonly expectedSuccessQ16?: number;
  /** Natural logarithm of the median latency in ms that was predicted, in 1/1024; absent where none was. */
  readonly expectedLogLatencyQ10?: number;
  /** Median answer length that was predicted; absent where none was. */
  readonly expectedOutputTokens?: number;
  /** 80 % interval of the expected cost, as `packInterval` has it; absent where none was predicted. */
  readonly costInterval?: number;
}

/** A decision as it travels to the caller and back: all that its report needs. */
export interface Ticket {
  readonly decisionId: DecisionId;
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly segment: string;
  readonly issueTimeMs: number;
  readonly lifeSeconds: number;
  /** First eight bytes of the policy version, hexadecimal. */
  readonly policyVersion: string;
  /** The choice first. */
  readonly chain: readonly TicketAttempt[];
  readonly propensityQ16: number;
  readonly inputTokens: number;
  readonly batch: boolean;
  readonly budget?: { readonly id: string; readonly averageNanoUsd: number };
  /** The context that was scored; absent where the policy uses none. */
  readonly context?: Int8Array;
  /** Map of the context's embedding; absent where none is in it. */
  readonly contextMapId?: number;
  /** Probability in 1/65536 with which a quality was asked for; absent where it was not. */
  readonly labelProbabilityQ16?: number;
  /** Absent where the decision belongs to no experiment. */
  readonly exposure?: Exposure;
  readonly seed: bigint;
  readonly lambda: number;
}

export const ticketExpiryMs = ({ issueTimeMs, lifeSeconds }: Ticket): number =>
  issueTimeMs + lifeSeconds * 1000;
