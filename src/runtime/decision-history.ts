import { setImmediate as nextTurn } from 'node:timers/promises';
import { decisionTimeMs, type DecisionId, type TenantId, type UseCase } from '../core/ids.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';
import type { DecisionRecord } from '../gen/sextant/storage/v1/storage.js';
import type { LoggedDecision, Store } from '../store/ports.js';
import { decodeRecord } from './decision-codec.js';

/** Where a decision lies in the log, which is ordered by time, then id. */
export interface LogPlace {
  readonly issueTimeMs: number;
  readonly decisionId: DecisionId;
}

/** Which logged decisions are looked for. */
export interface DecisionSearch {
  readonly tenant: TenantId;
  readonly useCase?: UseCase;
  /** Any of these as the choice; all where absent. */
  readonly armIds?: ReadonlySet<ArmId>;
  readonly reported?: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** Only what comes after this place, newest first. */
  readonly after?: LogPlace;
  readonly limit: number;
}

export interface FoundDecision {
  readonly decisionId: DecisionId;
  readonly issueTimeMs: number;
  readonly record: DecisionRecord;
  readonly outcomes: readonly Outcome[];
}

export interface DecisionPage {
  readonly decisions: readonly FoundDecision[];
  readonly scanned: number;
  /** Where to go on; absent where the span was searched to its end. */
  readonly next?: LogPlace;
}

/** Decisions that one page looks at, found or not: some tenths of a second. */
export const SCANNED_MOST = 2_000;
/** The same where each has to be looked up in the outcome log as well. */
export const LOOKED_UP_MOST = 500;
/** Decisions between two turns of the event loop: about a millisecond. */
const SCANNED_AT_ONCE = 32;

interface HistoryParts {
  readonly store: Pick<Store, 'outcomes' | 'decisions'>;
  /** Writes out decisions that wait. */
  readonly flush: () => Promise<void>;
}

/** Reads the decision log for people, newest first, a bounded piece at a time. */
export class DecisionHistory {
  constructor(private readonly parts: HistoryParts) {}

  /** @throws StoreError. */
  async page(search: DecisionSearch): Promise<DecisionPage> {
    const { fromMs, limit, after } = search;
    await this.parts.flush();
    const toMs = after === undefined ? search.toMs : Math.min(search.toMs, after.issueTimeMs + 1);
    const most = search.reported === undefined ? SCANNED_MOST : LOOKED_UP_MOST;
    const decisions: FoundDecision[] = [];
    let scanned = 0;
    let last: LogPlace | undefined;
    for await (const logged of this.parts.store.decisions.range(fromMs, toMs, 'descending')) {
      if (after !== undefined && !comesAfter(logged, after)) continue;
      if (scanned === most || decisions.length === limit) {
        return { decisions, scanned, ...(last !== undefined && { next: last }) };
      }
      scanned += 1;
      last = placeOf(logged);
      const found = await this.match(logged, search);
      if (found !== undefined) decisions.push(found);
      if (scanned % SCANNED_AT_ONCE === 0) await nextTurn();
    }
    return { decisions, scanned };
  }

  /** One decision of a tenant; absent where it was not logged, is gone, or is another tenant's. @throws StoreError. */
  async one(decisionId: DecisionId, tenant: TenantId): Promise<FoundDecision | undefined> {
    await this.parts.flush();
    const [fromMs, toMs] = issuedWithin(decisionId);
    for await (const logged of this.parts.store.decisions.range(fromMs, toMs)) {
      if (logged.decisionId === decisionId) return this.match(logged, { tenant, fromMs, toMs, limit: 1 });
    }
    return undefined;
  }

  private async match(logged: LoggedDecision, search: DecisionSearch): Promise<FoundDecision | undefined> {
    const record = decodeRecord(logged);
    const { tenant, useCase, armIds, reported } = search;
    const fits =
      record.tenant === tenant &&
      (useCase === undefined || record.useCase === useCase) &&
      (armIds === undefined || armIds.has(record.armId as ArmId));
    if (!fits) return undefined;
    const decisionId = logged.decisionId as DecisionId;
    const outcomes = await this.parts.store.outcomes.readOf(decisionId);
    if (reported !== undefined && outcomes.length > 0 !== reported) return undefined;
    return { decisionId, issueTimeMs: logged.issueTimeMs, record, outcomes };
  }
}

/** An id is made just before its decision is issued; those of one millisecond may borrow from the next. */
function issuedWithin(decisionId: DecisionId): readonly [number, number] {
  const timeMs = decisionTimeMs(decisionId);
  return [Math.max(0, timeMs - 100), timeMs + 1_000];
}

const placeOf = ({ issueTimeMs, decisionId }: LoggedDecision): LogPlace => ({
  issueTimeMs,
  decisionId: decisionId as DecisionId,
});

/** Newest first: what is older comes after, and of one millisecond the lower id. */
const comesAfter = ({ decisionId, issueTimeMs }: LoggedDecision, after: LogPlace): boolean =>
  issueTimeMs < after.issueTimeMs || (issueTimeMs === after.issueTimeMs && decisionId < after.decisionId);
