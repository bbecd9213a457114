import type { ImageTokenRule, TokenCounting } from '../../core/registry/model.js';
import type {
  ImageTokenRule as WireRule,
  TokenCounting as WireCounting,
} from '../../gen/sextant/v1/model.js';

/** How a model counts images, sound and tools, as the contract has it. */
export function encodeTokenCounting({ image, ...rest }: TokenCounting): WireCounting {
  return { ...rest, ...(image && { image: { rule: encodeRule(image) } }) };
}

function encodeRule(rule: ImageTokenRule): NonNullable<WireRule['rule']> {
  switch (rule.kind) {
    case 'fixed':
      return { $case: 'fixed', value: { tokensPerImage: rule.tokensPerImage } };
    case 'area':
      return { $case: 'area', value: { pxPerToken: rule.pxPerToken, maxTokens: rule.maxTokens } };
    case 'tiles': {
      const { kind: _, ...value } = rule;
      return { $case: 'tiles', value };
    }
  }
}

/** The JSON of `tokenCounting` in rules/models.json; what it says is for that file's schema to check. */
export function decodeTokenCounting(wire: WireCounting): Record<string, unknown> {
  return given({
    image: wire.image && decodeRule(wire.image),
    audioTokensPerSecond: wire.audioTokensPerSecond,
    toolsBaseTokens: wire.toolsBaseTokens,
    tokensPerTool: wire.tokensPerTool,
  });
}

/** A rule without a kind is left to the schema to refuse. */
function decodeRule({ rule }: WireRule): Record<string, unknown> {
  if (rule === undefined) return {};
  if (rule.$case === 'tiles') return { kind: rule.$case, ...given(rule.value) };
  return { kind: rule.$case, ...rule.value };
}

function given(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
