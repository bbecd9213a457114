/** Limits of what a person writes into a prompt. With them, a filled prompt has at most 288 KiB. */
export const PROMPT_LIMITS = {
  /** Far above any system prompt in use; choice and fallbacks carry one each. */
  systemMaxChars: 32_768,
  /** Gaps of one text; a parameter may fill several. */
  gapsMax: 64,
  parametersMax: 32,
  valueMaxBytes: 4_096,
  descriptionMaxChars: 2_000,
} as const;
