import type { PromotionState } from '../../core/promotion/promotion-state.js';
import { PromotionRecord } from '../../gen/sextant/storage/v1/storage.js';

const DIGITS = 10;

/** Names sort as numbers do. */
export const promotionName = (number: number): string => String(number).padStart(DIGITS, '0');

export const encodePromotion = (state: PromotionState): Uint8Array =>
  PromotionRecord.encode({ state: Buffer.from(JSON.stringify(state)) }).finish();

export const decodePromotion = (body: Uint8Array): PromotionState =>
  JSON.parse(Buffer.from(PromotionRecord.decode(body).state).toString('utf8')) as PromotionState;
