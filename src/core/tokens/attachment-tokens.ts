import type { ImageTokenRule, Modality, TokenCounting } from '../registry/model.js';

export interface ImageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a request brings beside its text, as far as it was told. */
export interface Attachments {
  readonly modalities: readonly Modality[];
  readonly toolCount: number;
  readonly images?: readonly ImageSize[];
  readonly audioSeconds?: number;
}

/** Tokens of a prompt that are not its text. Whole. */
export interface AttachmentTokens {
  readonly imageTokens: number;
  readonly audioTokens: number;
  readonly toolTokens: number;
}

/** Where the registry says nothing of a model: near what most providers count, never nothing. */
export const DEFAULT_COUNTING = {
  image: { kind: 'area', pxPerToken: 750, maxTokens: 1600 },
  audioTokensPerSecond: 32,
  toolsBaseTokens: 0,
  tokensPerTool: 60,
} as const satisfies TokenCounting;

/** Where a modality is attached and nothing is said of its size. */
const UNTOLD_IMAGE: ImageSize = { widthPx: 1024, heightPx: 1024 };
const UNTOLD_AUDIO_SECONDS = 30;

/** Whether there is anything but text. */
export const hasAttachments = ({ modalities, toolCount, images, audioSeconds }: Attachments): boolean =>
  toolCount > 0 || images !== undefined || audioSeconds !== undefined || modalities.some(isCounted);

const isCounted = (modality: Modality): boolean => modality === 'image' || modality === 'audio';

/** Counts what a request brings beside text, by the model's own rule where the registry has one. */
export function attachmentTokens(
  { modalities, toolCount, images, audioSeconds }: Attachments,
  counting: TokenCounting = {},
): AttachmentTokens {
  const rule = { ...DEFAULT_COUNTING, ...counting };
  const sizes = images ?? (modalities.includes('image') ? [UNTOLD_IMAGE] : []);
  const seconds = audioSeconds ?? (modalities.includes('audio') ? UNTOLD_AUDIO_SECONDS : 0);
  let imageTokens = 0;
  for (const size of sizes) imageTokens += tokensOfImage(rule.image, size);
  const toolTokens = toolCount > 0 ? rule.toolsBaseTokens + toolCount * rule.tokensPerTool : 0;
  return {
    imageTokens,
    audioTokens: Math.ceil(seconds * rule.audioTokensPerSecond),
    toolTokens: Math.ceil(toolTokens),
  };
}

/**
 * Tokens of one image, rounded up. Sources of the rules: OpenAI's guide to vision (tiles of 512 pixels within
 * 2048 × 2048 and a shortest side of 768), Anthropic's (width × height ÷ 750), Google's (258 a tile of 768 pixels, one
 * tile up to 384).
 */
export function tokensOfImage(rule: ImageTokenRule, { widthPx, heightPx }: ImageSize): number {
  if (rule.kind === 'fixed') return Math.ceil(rule.tokensPerImage);
  if (rule.kind === 'area') {
    return Math.max(Math.ceil(Math.min((widthPx * heightPx) / rule.pxPerToken, rule.maxTokens)), 1);
  }
  const { tilePx, tokensPerTile, baseTokens, maxSidePx, maxShortSidePx, smallSidePx } = rule;
  if (smallSidePx !== undefined && Math.max(widthPx, heightPx) <= smallSidePx) {
    return Math.ceil(baseTokens + tokensPerTile);
  }
  const fit = Math.min(1, (maxSidePx ?? Infinity) / Math.max(widthPx, heightPx));
  const shrink = Math.min(1, (maxShortSidePx ?? Infinity) / (fit * Math.min(widthPx, heightPx)));
  const tiles = (sidePx: number): number => Math.max(Math.ceil((sidePx * fit * shrink) / tilePx), 1);
  return Math.ceil(baseTokens + tiles(widthPx) * tiles(heightPx) * tokensPerTile);
}
