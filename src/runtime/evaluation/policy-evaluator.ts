import type { Logger } from 'pino';
import type { PolicySource } from '../../config/policy-files.js';
import { SextantError } from '../../core/errors.js';
import type { Store } from '../../store/ports.js';
import { available } from '../available.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { RoutedExperiment, RoutedGroup } from '../experiments/routed-models.js';
import type { LogDiff } from './diff-on-log.js';
import type { EvaluatedLog } from './evaluate-log.js';
import type {
  EvaluationFailure,
  EvaluationOrigin,
  EvaluationTask,
  FromEvaluation,
  OpenEvaluation,
} from './evaluation-messages.js';
import type { LogFilter } from './log-replay.js';
import { ServedLog } from './served-log.js';

export interface PolicyEvaluatorParts {
  readonly store: Pick<Store, 'outcomes' | 'decisions'>;
  readonly surroundings: () => Surroundings;
  readonly open: OpenEvaluation;
  readonly logger: Logger;
  /** Writes out decisions that wait. */
  readonly flush: () => Promise<void>;
}

/** About a kilobyte is held of each. */
const DECISIONS_MOST = 200_000;
/** A log of the most decisions takes about so long; a caller waits no longer. */
const TIME_MOST_MS = 300_000;
const RETRY_AFTER_MS = 10_000;

const CODES = {
  policy: 'POLICY_REFUSED',
  size: 'TOO_MANY_DECISIONS',
  nothing: 'NOTHING_TO_EVALUATE',
  store: 'STORE_UNAVAILABLE',
} as const satisfies Record<EvaluationFailure, string>;

type Asked = Omit<EvaluationOrigin, 'maxDecisions'>;
type Ended = Extract<FromEvaluation, { readonly kind: 'done' | 'compared' | 'models' }>;

/** Owns the one evaluation that may run beside decisions. */
export class PolicyEvaluator {
  private current: { readonly stop: () => void } | undefined;

  constructor(private readonly parts: PolicyEvaluatorParts) {}

  /**
   * @throws SextantError POLICY_REFUSED, NOTHING_TO_EVALUATE, TOO_MANY_DECISIONS, EVALUATION_RUNNING,
   *   EVALUATION_TIMEOUT, STORE_UNAVAILABLE.
   */
  async evaluate(sources: readonly PolicySource[], filter: LogFilter): Promise<EvaluatedLog> {
    const surroundings = this.parts.surroundings();
    const ended = await this.work({ kind: 'evaluate', sources, surroundings, filter });
    if (ended.kind === 'done') return ended.log;
    throw new Error(`an evaluation ended as ${ended.kind}`);
  }

  /** What a policy would change about logged requests. @throws SextantError as `evaluate`. */
  async compare(
    { from, to }: { readonly from: readonly PolicySource[]; readonly to: readonly PolicySource[] },
    filter: LogFilter,
  ): Promise<LogDiff> {
    const surroundings = this.parts.surroundings();
    const task = { kind: 'compare', sources: to, comparedWith: from, surroundings, filter } as const;
    const ended = await this.work(task);
    if (ended.kind === 'compared') return ended.diff;
    throw new Error(`a comparison ended as ${ended.kind}`);
  }

  /**
   * Models within each arm of an experiment. @throws SextantError TOO_MANY_DECISIONS, EVALUATION_RUNNING,
   * EVALUATION_TIMEOUT, STORE_UNAVAILABLE.
   */
  async compareModels(experiment: RoutedExperiment): Promise<readonly RoutedGroup[]> {
    const ended = await this.work({ kind: 'models', experiment });
    if (ended.kind === 'models') return ended.groups;
    throw new Error(`a comparison of models ended as ${ended.kind}`);
  }

  private async work(task: EvaluationTask): Promise<Ended> {
    if (this.current !== undefined) {
      throw new SextantError('EVALUATION_RUNNING', 'another evaluation runs: ask again when it has ended', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.current = { stop: () => undefined };
    const served = new ServedLog(this.parts.store);
    try {
      await this.parts.flush();
      const base = await available(this.parts.store.outcomes.readBase());
      return await this.run({ task, ...(base && { base }) }, served);
    } finally {
      this.current = undefined;
      await served.close();
    }
  }

  /** Ends what runs. */
  close(): void {
    this.current?.stop();
  }

  private async run(asked: Asked, served: ServedLog): Promise<Ended> {
    const { open } = this.parts;
    const origin = { ...asked, maxDecisions: DECISIONS_MOST };
    let settle: (ended: Ended | Error) => void = () => undefined;
    const ended = new Promise<Ended | Error>((resolve) => (settle = resolve));
    this.current = {
      stop: () => settle(new SextantError('STORE_UNAVAILABLE', 'the server is stopping')),
    };
    const timer = setTimeout(() => settle(tookTooLong()), TIME_MOST_MS);
    const port = open(origin, {
      message: (message) => {
        if (message.kind === 'open') served.open(message.id, message.span);
        else if (message.kind === 'next')
          available(served.next(message.id)).then((chunk) => port.post(chunk), settle);
        else settle(message.kind === 'failed' ? refusalOf(message) : message);
      },
      failed: (error) => settle(this.failureOf(error)),
    });
    try {
      const result = await ended;
      if (result instanceof Error) throw result;
      return result;
    } finally {
      clearTimeout(timer);
      await port.close();
    }
  }

  private failureOf(error: unknown): Error {
    if ((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY')
      return new SextantError(
        'TOO_MANY_DECISIONS',
        'the log does not fit the memory: ask for a shorter time',
      );
    this.parts.logger.error({ err: error }, 'an evaluation failed');
    return error instanceof Error ? error : new Error(String(error));
  }
}

const refusalOf = ({ reason, message }: Extract<FromEvaluation, { kind: 'failed' }>): SextantError =>
  new SextantError(CODES[reason], message);

const tookTooLong = (): SextantError =>
  new SextantError(
    'EVALUATION_TIMEOUT',
    `the evaluation took more than ${TIME_MOST_MS / 1000} s: ask for a shorter time or one use case`,
  );
