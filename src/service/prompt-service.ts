import type { SchemaCheck } from '../core/fault.js';
import { promptEtag } from '../core/prompts/prompt-to-json.js';
import type { PromptBookEntry } from '../core/prompts/prompt-book.js';
import type { PromptStatus } from '../core/prompts/prompt-variant.js';
import { modelsOf } from '../core/prompts/prompt-book.js';
import type { Registry } from '../core/registry/registry.js';
import type { PromptServiceServer, PromptVariant as WirePrompt } from '../gen/sextant/v1/prompt.js';
import type { Environment } from '../runtime/environment.js';
import type { PromptKeeper, StoredPrompt } from '../runtime/prompt-keeper.js';
import { actorOf, type Principal } from './auth.js';
import { promptStatusEnum } from './encode/enums.js';
import { encodePrompt } from './encode/prompt.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageOf, pageSize, readPageToken } from './page.js';
import { decodeEnums } from './validate/model-filter.js';
import { decodePrompt } from './validate/prompt.js';
import { Violations } from './validate/violations.js';

export interface PromptServiceParts {
  readonly prompts: PromptKeeper;
  readonly registry: () => Registry;
  readonly environment: Environment;
  readonly checkPromptSchema: SchemaCheck;
}

/** Reads and edits prompt variants. */
export function promptService(context: HandlerContext, parts: PromptServiceParts): PromptServiceServer {
  const { prompts, registry, environment, checkPromptSchema } = parts;
  const shown = (entry: PromptBookEntry): WirePrompt =>
    encodePrompt(entry, prompts.storedPrompt(entry.variant.id)?.updateTimeMs);
  const changed = ({ variant, updateTimeMs }: StoredPrompt): WirePrompt =>
    encodePrompt({ variant, origin: 'rpc', etag: promptEtag(variant) }, updateTimeMs);

  const setStatus = async (
    { id, etag }: { readonly id: string; readonly etag: string },
    status: PromptStatus,
    principal: Principal,
  ): Promise<WirePrompt> => {
    checkPromptId(id);
    const options = { ...(etag !== '' && { etag }), nowMs: environment.nowMs(), actor: actorOf(principal) };
    return changed(await prompts.setStatus(id, status, options));
  };

  return {
    createPrompt: unary(context, 'admin', async ({ prompt: wire, validateOnly }, principal) => {
      const known = { models: modelsOf(registry()), source: 'the registry' };
      const variant = decodePrompt(wire, { checkSchema: checkPromptSchema, known });
      const options = { validateOnly, nowMs: environment.nowMs(), actor: actorOf(principal) };
      return { prompt: changed(await prompts.create(variant, options)) };
    }),
    getPrompt: unary(context, 'read', ({ id }) => {
      checkPromptId(id);
      return { prompt: shown(prompts.entry(id)) };
    }),
    listPrompts: unary(context, 'read', (request) => {
      const violations = new Violations();
      if (request.useCase !== '') violations.name('use_case', request.useCase);
      const statuses = decodeEnums('statuses', request.statuses, promptStatusEnum, violations);
      const limits = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };
      const size = pageSize(request.pageSize, limits, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const all = prompts.book
        .list()
        .filter(
          ({ variant }) =>
            (request.useCase === '' || variant.useCase === request.useCase) &&
            (statuses.length === 0 || statuses.includes(variant.status)),
        );
      const { rows, nextPageToken } = pageOf(all, ({ variant }) => variant.id, { after, size });
      return { prompts: rows.map(shown), nextPageToken, totalSize: all.length };
    }),
    approvePrompt: unary(context, 'admin', async (request, principal) => ({
      prompt: await setStatus(request, 'active', principal),
    })),
    retirePrompt: unary(context, 'admin', async (request, principal) => ({
      prompt: await setStatus(request, 'retired', principal),
    })),
    deletePrompt: unary(context, 'admin', async ({ id, etag }, principal) => {
      checkPromptId(id);
      await prompts.delete(id, etag === '' ? undefined : etag, actorOf(principal));
      return {};
    }),
  };
}

/** @throws SextantError INVALID_FIELD where no prompt could have this id. */
function checkPromptId(id: string): void {
  const violations = new Violations();
  violations.name('id', id);
  violations.throwIfAny();
}
