import { describe, expect, it } from 'vitest';
import type { ImageTokenRule } from '../../../src/core/registry/model.js';
import {
  attachmentTokens,
  hasAttachments,
  tokensOfImage,
} from '../../../src/core/tokens/attachment-tokens.js';

const OPENAI: ImageTokenRule = {
  kind: 'tiles',
  tilePx: 512,
  tokensPerTile: 170,
  baseTokens: 85,
  maxSidePx: 2048,
  maxShortSidePx: 768,
};
const GEMINI: ImageTokenRule = {
  kind: 'tiles',
  tilePx: 768,
  tokensPerTile: 258,
  baseTokens: 0,
  smallSidePx: 384,
};
const CLAUDE: ImageTokenRule = { kind: 'area', pxPerToken: 750, maxTokens: 1600 };
const size = (widthPx: number, heightPx: number) => ({ widthPx, heightPx });

describe('tokens of an image', () => {
  it.each([
    // OpenAI, "Images and vision", cost of GPT-4o: 1024 × 1024 is 765, 2048 × 4096 is 1105.
    [OPENAI, 1024, 1024, 765],
    [OPENAI, 2048, 4096, 1105],
    [OPENAI, 100, 100, 255],
    // Google, "Understand and count tokens": 258 up to 384 × 384, else 258 a tile of 768 × 768.
    [GEMINI, 384, 384, 258],
    [GEMINI, 768, 769, 516],
    // Anthropic, "Vision": 200 × 200 is about 54, 1000 × 1000 about 1334, 1092 × 1092 about 1590.
    [CLAUDE, 200, 200, 54],
    [CLAUDE, 1000, 1000, 1334],
    [CLAUDE, 1092, 1092, 1590],
    [CLAUDE, 8000, 8000, 1600],
    [{ kind: 'fixed', tokensPerImage: 2833 } as const, 1, 9, 2833],
  ])('%j of %i × %i is %i', (rule, width, height, tokens) => {
    expect(tokensOfImage(rule, size(width, height))).toBe(tokens);
  });
});

describe('what is attached', () => {
  it('is counted by the model, images one by one', () => {
    const attached = {
      modalities: [],
      toolCount: 3,
      images: [size(200, 200), size(1000, 1000)],
      audioSeconds: 10,
    };
    const rule = { image: CLAUDE, audioTokensPerSecond: 25, toolsBaseTokens: 346, tokensPerTool: 40 };
    expect(attachmentTokens(attached, rule)).toEqual({
      imageTokens: 1388,
      audioTokens: 250,
      toolTokens: 466,
    });
  });

  it('is never nothing where the registry has no rule and the caller no size', () => {
    const { imageTokens, audioTokens, toolTokens } = attachmentTokens({
      modalities: ['image', 'audio'],
      toolCount: 1,
    });
    expect(Math.min(imageTokens, audioTokens, toolTokens)).toBeGreaterThan(0);
  });

  it('is not looked at where there is only text', () => {
    expect(hasAttachments({ modalities: ['text'], toolCount: 0 })).toBe(false);
    expect(attachmentTokens({ modalities: ['text'], toolCount: 0 })).toEqual({
      imageTokens: 0,
      audioTokens: 0,
      toolTokens: 0,
    });
    expect(hasAttachments({ modalities: ['image'], toolCount: 0 })).toBe(true);
  });
});
