import { policyFolderOf, type PolicyFolder } from '../../config/policy-files.js';
import type { Actor, AuditAction } from '../../core/audit/audit-entry.js';
import { SextantError } from '../../core/errors.js';
import { gateOf, isRunning, statusOf, type PromotionState } from '../../core/promotion/promotion-state.js';
import type { DocumentChange, DocumentStore } from '../../store/ports.js';
import type { AuditLog } from '../audit-log.js';
import { decodeSources, encodeSources } from '../policy-document.js';
import { decodePromotion, encodePromotion, promotionName } from './promotion-document.js';

const PROMOTION_KIND = 'promotion';
const FILES_KIND = 'promotion-files';
/** Evidence of so many promotions is kept, whatever came of them. */
const KEPT_MOST = 200;

interface Kept {
  readonly state: PromotionState;
  readonly revision: number;
}

/** Owns what is kept of promotions: each with its evidence, and the files of a candidate that is on its way. */
export class PromotionArchive {
  private readonly kept: Kept[] = [];
  private files: PolicyFolder | undefined;

  private constructor(
    private readonly documents: DocumentStore,
    private readonly audit: AuditLog,
    private readonly policyVersion: () => string,
  ) {}

  /** @throws StoreError where the store cannot be read. */
  static async open(
    documents: DocumentStore,
    audit: AuditLog,
    policyVersion: () => string,
  ): Promise<PromotionArchive> {
    const archive = new PromotionArchive(documents, audit, policyVersion);
    for (const { body, revision } of await documents.list(PROMOTION_KIND))
      archive.kept.push({ state: decodePromotion(body), revision });
    archive.kept.sort((a, b) => a.state.number - b.state.number);
    const { latest } = archive;
    if (latest !== undefined && isRunning(latest)) {
      const stored = await documents.get(FILES_KIND, promotionName(latest.number));
      if (stored !== undefined) archive.files = policyFolderOf(decodeSources(stored.body));
    }
    return archive;
  }

  /** The latest first. */
  get all(): readonly PromotionState[] {
    return this.kept.map(({ state }) => state).reverse();
  }

  get latest(): PromotionState | undefined {
    return this.kept.at(-1)?.state;
  }

  get nextNumber(): number {
    return (this.latest?.number ?? 0) + 1;
  }

  /** The candidate that is on its way. */
  get candidate(): PolicyFolder | undefined {
    return this.files;
  }

  /** @throws SextantError UNKNOWN_PROMOTION. */
  numbered(number: number): PromotionState {
    const found = this.kept.find(({ state }) => state.number === number);
    if (found === undefined) throw new SextantError('UNKNOWN_PROMOTION', `no promotion ${number} is kept`);
    return found.state;
  }

  /** A promotion begins: durable, with its files, before it is answered. @throws SextantError STORE_UNAVAILABLE. */
  async add(state: PromotionState, folder: PolicyFolder): Promise<void> {
    const name = promotionName(state.number);
    const expired = this.kept.slice(0, Math.max(0, this.kept.length + 1 - KEPT_MOST));
    await this.commit(state, 'promotion started', { actor: state.startedBy, reason: state.reason }, [
      { kind: PROMOTION_KIND, name, expectedRevision: 0, body: encodePromotion(state) },
      { kind: FILES_KIND, name, expectedRevision: 0, body: encodeSources(folder.sources) },
      ...expired.map((old): DocumentChange => ({
        kind: PROMOTION_KIND,
        name: promotionName(old.state.number),
        expectedRevision: old.revision,
      })),
    ]);
    this.kept.splice(0, expired.length);
    this.kept.push({ state, revision: 1 });
    this.files = folder;
  }

  /** The latest goes a step further; with its end its files go. @throws SextantError STORE_UNAVAILABLE. */
  async change(state: PromotionState, by: Actor): Promise<void> {
    const { revision } = this.kept.at(-1)!;
    const name = promotionName(state.number);
    const { end } = state;
    const changes: DocumentChange[] = [
      { kind: PROMOTION_KIND, name, expectedRevision: revision, body: encodePromotion(state) },
    ];
    if (end !== undefined) changes.push({ kind: FILES_KIND, name, expectedRevision: 1 });
    const action = end === undefined ? 'promotion advanced' : 'promotion ended';
    await this.commit(state, action, { actor: by, reason: end?.reason ?? '' }, changes);
    this.kept[this.kept.length - 1] = { state, revision: revision + 1 };
    if (end !== undefined) this.files = undefined;
  }

  private async commit(
    state: PromotionState,
    action: AuditAction,
    { actor, reason }: { readonly actor: Actor; readonly reason: string },
    changes: readonly DocumentChange[],
  ): Promise<void> {
    const { number, candidateVersion, gates, canary, settings } = state;
    const told = {
      actor,
      action,
      reason,
      target: candidateVersion,
      policyVersion: this.policyVersion(),
      after: {
        number,
        status: statusOf(state),
        gate: gateOf(state).gate,
        ...(gateOf(state).gate === 'canary' && { share: settings.canary.shares[canary.step] }),
        passed: gates
          .filter(({ status }) => status !== 'running')
          .map(({ gate, status, findings }) => ({ gate, status, findings })),
      },
    };
    if (!(await this.audit.record(told, changes)))
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the promotion');
  }
}
