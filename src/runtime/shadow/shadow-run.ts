import type { Availability } from '../../core/availability/breaker-state.js';
import type { TallyReport } from '../../core/comparison/tally.js';
import { textless } from '../../core/comparison/textless.js';
import { SextantError } from '../../core/errors.js';
import type { DecisionId, TenantId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import type { Deliberation } from '../../core/selection/decide.js';
import { contextLayoutOf, type Policy } from '../../core/selection/policy.js';
import type { Question } from '../../core/selection/question.js';
import type { Rng } from '../../core/random.js';
import type { OutcomeLog } from '../../store/ports.js';
import type { Surroundings } from '../candidate-snapshot.js';
import { compact } from './compact-outcome.js';
import { packAnswer } from './packed-answer.js';
import type {
  DifferenceCounts,
  FromShadow,
  OpenShadow,
  ShadowOrigin,
  ShadowPort,
  ShadowRequest,
  ShadowTotal,
  ToShadow,
} from './shadow-messages.js';

/** A request that was just answered, or refused. */
export interface AnsweredRequest {
  readonly decisionId?: DecisionId;
  readonly timeMs: number;
  readonly question: Question;
  readonly deliberation: Deliberation;
  readonly availability: Availability;
}

export type ShadowPhase = 'catching_up' | 'live' | 'failed';

export interface ShadowRunParts {
  readonly open: OpenShadow;
  readonly origin: ShadowOrigin;
  readonly candidate: Policy;
  readonly policyInForce: Policy;
  /** Share of requests that the candidate is asked about, in (0, 1]. */
  readonly fraction: number;
  readonly outcomes: OutcomeLog;
  /** Position of the server's own learning state. */
  readonly learnedTo: () => number;
  /** In [0, 1); decides which requests it is asked about. */
  readonly random: Rng;
  /** From now on it is asked about requests. */
  readonly live: () => void;
  readonly failed: (error: unknown) => void;
}

const FLUSH_MS = 20;
/** Requests or outcomes that cross in one turn of the event loop: some tenths of a millisecond. */
const CROSSING_AT_ONCE = 8;
/** Requests at the shadow or on the way there; more are passed over and counted. */
const REQUESTS_IN_FLIGHT = 1_000;
/** Blocks of old outcomes on the way. */
const BLOCKS_IN_FLIGHT = 8;
const REPORT_TIMEOUT_MS = 5_000;

type Pending =
  | { readonly kind: 'outcomes'; firstSequence: number; readonly outcomes: Outcome[] }
  | { readonly kind: 'requests'; readonly requests: AnsweredRequest[] };

/**
 * One life of a shadow, from the server's side: feeds it outcomes and requests in the order in which they happened, never
 * waits for it, and passes requests over where it cannot follow.
 */
export class ShadowRun {
  phase: ShadowPhase = 'catching_up';
  /** Why it failed. */
  failure: string | undefined;
  counts: DifferenceCounts = { refused: 0, admitted: 0, candidates: 0, shares: 0, none: 0 };
  /** Requests that it should have been asked about, and could not follow. */
  skipped = 0;
  private readonly port: ShadowPort;
  private readonly waiting = new Map<number, (answer: TallyReport | ShadowTotal | Error) => void>();
  private pending: Pending[] = [];
  private timer: NodeJS.Timeout | undefined;
  private requestsInFlight = 0;
  private messagesInFlight = 0;
  private roomMade: (() => void) | undefined;
  private needsText: boolean;
  private reports = 0;

  constructor(private readonly parts: ShadowRunParts) {
    this.needsText = needsText(parts.policyInForce, parts.candidate);
    this.port = parts.open(parts.origin, {
      message: (message) => this.receive(message),
      failed: (error) => this.fail(error),
    });
  }

  /** A request was answered: costs the caller next to nothing. */
  offer(request: AnsweredRequest): void {
    const { fraction, random } = this.parts;
    if (this.phase !== 'live' || (fraction < 1 && random() >= fraction)) return;
    if (this.requestsInFlight >= REQUESTS_IN_FLIGHT) {
      this.skipped += 1;
      return;
    }
    this.requestsInFlight += 1;
    const last = this.pending.at(-1);
    if (last?.kind === 'requests') last.requests.push(request);
    else this.pending.push({ kind: 'requests', requests: [request] });
    this.flushSoon();
  }

  /** An outcome was folded by the server. */
  recorded(outcome: Outcome, sequence: number): void {
    // Until then it is read from the log.
    if (this.phase !== 'live') return;
    const last = this.pending.at(-1);
    if (last?.kind === 'outcomes') last.outcomes.push(outcome);
    else this.pending.push({ kind: 'outcomes', firstSequence: sequence, outcomes: [outcome] });
    this.flushSoon();
  }

  /** Models, prompts or the policy in force are others now. @param isAnotherPolicy what was counted concerned the last. */
  surround(surroundings: Surroundings, policyInForce: Policy, isAnotherPolicy: boolean): void {
    this.flush();
    this.needsText = needsText(policyInForce, this.parts.candidate);
    this.post({ kind: 'surroundings', surroundings });
    if (!isAnotherPolicy) return;
    this.post({ kind: 'restart' });
    this.skipped = 0;
  }

  /** What was counted of a tenant's requests. @throws SextantError SHADOW_UNAVAILABLE. */
  report(tenant: TenantId): Promise<TallyReport> {
    return this.ask((id) => ({ kind: 'report', id, tenant })) as Promise<TallyReport>;
  }

  /** What was counted of all requests. @throws SextantError SHADOW_UNAVAILABLE. */
  total(): Promise<ShadowTotal> {
    return this.ask((id) => ({ kind: 'total', id })) as Promise<ShadowTotal>;
  }

  private ask(message: (id: number) => ToShadow): Promise<TallyReport | ShadowTotal> {
    if (this.phase === 'failed') return Promise.reject(unavailable(`the shadow failed: ${this.failure}`));
    this.flush();
    const id = (this.reports += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(unavailable('the shadow is too busy')), REPORT_TIMEOUT_MS);
      const settle = (answer: TallyReport | ShadowTotal | Error): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      this.waiting.set(id, settle);
      this.port.post(message(id));
    });
  }

  async close(): Promise<void> {
    this.end('it was stopped');
    await this.port.close();
  }

  private receive(message: FromShadow): void {
    switch (message.kind) {
      case 'ready':
        void this.feed(message.sequence).catch((error: unknown) => this.fail(error));
        return;
      case 'done':
        this.counts = message.counts;
        this.requestsInFlight -= message.requests;
        this.messagesInFlight -= 1;
        if (this.messagesInFlight < BLOCKS_IN_FLIGHT) this.roomMade?.();
        return;
      case 'report':
        this.waiting.get(message.id)?.(message.report);
        return;
      case 'total':
        this.waiting.get(message.id)?.(message.total);
    }
  }

  /** Sends what the log holds, until the shadow stands where the server stands. */
  private async feed(from: number): Promise<void> {
    const { outcomes: log, learnedTo } = this.parts;
    let next = from;
    while (next < learnedTo()) {
      for await (const { firstSequence, outcomes } of log.read(next)) {
        while (this.messagesInFlight >= BLOCKS_IN_FLIGHT) await this.room();
        if (this.phase === 'failed') return;
        this.post({ kind: 'outcomes', firstSequence, outcomes: outcomes.map(compact) });
        next = firstSequence + outcomes.length;
      }
    }
    this.phase = 'live';
    this.parts.live();
  }

  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.roomMade = () => {
        this.roomMade = undefined;
        resolve();
      };
    });
  }

  private flushSoon(): void {
    this.timer ??= setTimeout(() => this.flushSlice(), FLUSH_MS);
  }

  /** A little at a time: a decision must not wait until a hundred of them have crossed. */
  private flushSlice(): void {
    const group = this.pending[0];
    this.timer = undefined;
    if (group === undefined) return;
    this.postGroup(firstOf(group));
    if (sizeOf(group) === 0) this.pending.shift();
    if (this.pending.length > 0) setImmediate(() => this.flushSlice());
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { pending } = this;
    this.pending = [];
    for (const group of pending) this.postGroup(group);
  }

  private postGroup(group: Pending): void {
    if (group.kind === 'outcomes') this.post({ ...group, outcomes: group.outcomes.map(compact) });
    else this.post({ kind: 'requests', requests: group.requests.map((request) => this.crossing(request)) });
  }

  private post(message: ToShadow): void {
    if (this.phase === 'failed') return;
    this.messagesInFlight += 1;
    this.port.post(message);
  }

  private crossing({ question, deliberation, ...rest }: AnsweredRequest): ShadowRequest {
    const { profile, context, budget, standing } = deliberation;
    return {
      ...rest,
      ...(this.needsText
        ? { question }
        : { question: textless(question, profile), ...(context && { context }) }),
      ...(budget &&
        standing && { reserved: { accountId: budget.accountId, nanoUsd: standing.reservedNanoUsd } }),
      answer: packAnswer(deliberation),
    };
  }

  private fail(error: unknown): void {
    if (this.phase === 'failed') return;
    this.end(error instanceof Error ? error.message : String(error));
    this.parts.failed(error);
  }

  private end(reason: string): void {
    this.phase = 'failed';
    this.failure = reason;
    this.pending = [];
    clearTimeout(this.timer);
    this.roomMade?.();
    for (const settle of [...this.waiting.values()]) settle(unavailable(`the shadow ended: ${reason}`));
  }
}

const unavailable = (message: string): SextantError => new SextantError('SHADOW_UNAVAILABLE', message);

/** A candidate that makes contexts of another layout, or weighs words, does so from the text; none else needs it. */
function needsText(policyInForce: Policy, candidate: Policy): boolean {
  if (candidate.complexity.logistic?.words !== undefined) return true;
  const [own, other] = [contextLayoutOf(policyInForce), contextLayoutOf(candidate)];
  return other.size > 0 && (own.size !== other.size || own.mapId !== other.mapId);
}

const sizeOf = (group: Pending): number =>
  group.kind === 'outcomes' ? group.outcomes.length : group.requests.length;

/** Takes the first of a group out of it. */
function firstOf(group: Pending): Pending {
  if (group.kind === 'requests')
    return { kind: 'requests', requests: group.requests.splice(0, CROSSING_AT_ONCE) };
  const { firstSequence } = group;
  const outcomes = group.outcomes.splice(0, CROSSING_AT_ONCE);
  group.firstSequence += outcomes.length;
  return { kind: 'outcomes', firstSequence, outcomes };
}
