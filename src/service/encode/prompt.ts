import type { FilledPrompt } from '../../core/prompts/prompt.js';
import type { PromptBookEntry } from '../../core/prompts/prompt-book.js';
import type { PromptVariant } from '../../core/prompts/prompt-variant.js';
import { PromptOrigin, type PromptVariant as WirePrompt } from '../../gen/sextant/v1/prompt.js';
import type { FilledPrompt as WireFilledPrompt } from '../../gen/sextant/v1/selection.js';
import { promptStatusEnum } from './enums.js';
import { timestampFromMs } from './time.js';

type Content = Pick<PromptVariant, 'system' | 'promptId'>;

function encodeContent({ system, promptId }: Content): Pick<WireFilledPrompt, 'content'> {
  if (system !== undefined) return { content: { $case: 'system', value: system } };
  return { content: promptId === undefined ? undefined : { $case: 'promptId', value: promptId } };
}

function encodeTarget({ model, family }: PromptVariant): Pick<WirePrompt, 'target'> {
  if (model !== undefined) return { target: { $case: 'model', value: model } };
  return { target: family === undefined ? undefined : { $case: 'family', value: family } };
}

/** A variant as the contract shows it. */
export function encodePrompt(
  { variant, origin, etag }: Pick<PromptBookEntry, 'variant' | 'origin' | 'etag'>,
  updateTimeMs?: number,
): WirePrompt {
  const { id, useCase, version, description = '', status } = variant;
  return {
    id,
    useCase,
    ...encodeTarget(variant),
    ...encodeContent(variant),
    parameters: Object.fromEntries(
      Object.entries(variant.parameters).map(([name, { description: text = '', default: byDefault }]) => [
        name,
        { description: text, ...(byDefault !== undefined && { defaultValue: byDefault }) },
      ]),
    ),
    version,
    description,
    status: promptStatusEnum.encode(status),
    origin: origin === 'file' ? PromptOrigin.FILE : PromptOrigin.RPC,
    etag,
    ...(updateTimeMs !== undefined && { updateTime: timestampFromMs(updateTimeMs) }),
  };
}

/** A prompt ready to be sent to its model. */
export const encodeFilledPrompt = ({ variant, system, parameters }: FilledPrompt): WireFilledPrompt => ({
  variant: variant.id,
  version: variant.version,
  ...encodeContent({
    ...(system !== undefined && { system }),
    ...(variant.promptId && { promptId: variant.promptId }),
  }),
  parameters: Object.fromEntries(parameters),
});
