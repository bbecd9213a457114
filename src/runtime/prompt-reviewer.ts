import type { Logger } from 'pino';
import { PROMPT_REVIEW } from '../core/audit/audit-entry.js';
import type { VariantId } from '../core/prompts/prompt-variant.js';
import { promptEtag } from '../core/prompts/prompt-to-json.js';
import { retiredByOutcomes, reviewPrompts } from '../core/selection/review-prompts.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import type { PromptKeeper } from './prompt-keeper.js';

export interface PromptReviewerParts {
  readonly snapshot: () => DecisionSnapshot;
  readonly prompts: PromptKeeper;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** Outcomes move beliefs slowly; a variant that should go gets few requests meanwhile. */
const REVIEW_EVERY_MS = 60_000;

/** Retires variants that outcomes speak against, where the policy says so; only those that were made by RPC. */
export class PromptReviewer {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: PromptReviewerParts) {}

  start(): void {
    this.timer = setInterval(() => {
      this.review().catch((error: unknown) =>
        this.parts.logger.warn({ err: error }, 'prompts were not reviewed'),
      );
    }, REVIEW_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** One review of all tenants. @returns what was retired. */
  async review(): Promise<readonly VariantId[]> {
    const { snapshot, prompts, nowMs } = this.parts;
    const current = snapshot();
    if (!current.policy.prompts.review.automatic) return [];
    const useCases = new Set(current.prompts.list().map(({ variant }) => variant.useCase));
    const reviews = [...current.learning.useCases]
      .filter(({ useCase }) => useCases.has(useCase))
      .flatMap(({ tenant, useCase }) => reviewPrompts(current, { tenant, useCase, nowMs: nowMs() }));
    const retired: VariantId[] = [];
    for (const id of retiredByOutcomes(reviews)) {
      const entry = current.prompts.byId(id);
      if (entry?.origin !== 'rpc') continue;
      await prompts.setStatus(id, 'retired', {
        etag: promptEtag(entry.variant),
        nowMs: nowMs(),
        actor: PROMPT_REVIEW,
      });
      retired.push(id);
    }
    return retired;
  }
}
