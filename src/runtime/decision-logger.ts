import type { Logger } from 'pino';
import { decisionIdToBytes, type DecisionId } from '../core/ids.js';
import { COMPLEXITY_DIMENSIONS, COMPLEXITY_LEVELS, TASK_TYPES } from '../core/profile.js';
import type { Question } from '../core/selection/question.js';
import type { Decision } from '../core/selection/decide.js';
import { DecisionRecord } from '../gen/sextant/storage/v1/storage.js';
import type { DecisionLog, LoggedDecision } from '../store/ports.js';

/** A decision with what only the runtime knows of it. */
export interface TakenDecision {
  readonly decisionId: DecisionId;
  readonly issueTimeMs: number;
  readonly question: Question;
  readonly decision: Decision;
  readonly policyVersion: string;
}

const FLUSH_MS = 50;
const NO_CONTEXT = Buffer.alloc(0);

/**
 * Writes decisions to the decision log from a bounded queue, off the hot path. What does not fit is
 * dropped and counted; reports never need this log.
 */
export class DecisionLogger {
  private queue: TakenDecision[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private seen = 0;
  private kept = 0;
  /** Decisions that found the queue full since the start. */
  dropped = 0;

  constructor(
    private readonly log: DecisionLog,
    private readonly maxQueue: number,
    private readonly logger: Logger,
  ) {}

  add(taken: TakenDecision): void {
    this.seen += 1;
    if (this.queue.length >= this.maxQueue) {
      this.dropped += 1;
      return;
    }
    this.kept += 1;
    this.queue.push(taken);
    this.timer ??= setTimeout(() => this.write(), FLUSH_MS);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.write();
    await this.writing;
  }

  private write(): void {
    this.timer = undefined;
    const batch = this.queue;
    this.queue = [];
    if (batch.length === 0) return;
    const samplingProbability = this.kept / this.seen;
    this.seen = this.kept = 0;
    this.writing = this.writing
      .then(() => this.log.append(batch.map((taken) => encode(taken, samplingProbability))))
      .catch((error: unknown) => {
        this.dropped += batch.length;
        this.logger.warn({ err: error, decisions: batch.length }, 'decisions were not logged');
      });
  }
}

function encode(taken: TakenDecision, samplingProbability: number): LoggedDecision {
  const { decisionId, issueTimeMs, question, decision, policyVersion } = taken;
  const { profile, weights, context } = decision;
  const body = DecisionRecord.encode({
    decisionId: decisionIdToBytes(decisionId),
    tenant: question.tenant,
    useCase: question.useCase,
    segment: decision.segment,
    issueTimeMs: BigInt(issueTimeMs),
    armId: decision.chain[0]!.arm.armId,
    candidates: decision.candidates.map(({ arm, propensityQ16, cost }) => ({
      armId: arm.armId,
      propensityQ16,
      expectedCostNanoUsd: BigInt(Math.round(cost?.meanNanoUsd ?? 0)),
    })),
    lambda: decision.lambda,
    seed: decision.seed,
    policyVersion,
    stateSequence: BigInt(decision.stateSequence),
    dimensions: COMPLEXITY_DIMENSIONS.map((dimension) => profile.dimensions[dimension]),
    composite: profile.composite,
    taskType: TASK_TYPES.indexOf(profile.taskType) + 1,
    level: COMPLEXITY_LEVELS.indexOf(profile.level) + 1,
    inputTokens: BigInt(profile.inputTokens),
    samplingProbability,
    weights: [weights.quality, weights.cost, weights.latency],
    context:
      context === undefined ? NO_CONTEXT : Buffer.from(context.buffer, context.byteOffset, context.length),
    contextMapId: decision.contextMapId ?? 0,
    labelProbabilityQ16: decision.label?.probabilityQ16 ?? 0,
    labelRequested: decision.label?.requested ?? false,
  }).finish();
  return { decisionId, issueTimeMs, body };
}
