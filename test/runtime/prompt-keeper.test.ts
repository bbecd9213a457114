import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { UseCase } from '../../src/core/ids.js';
import type { PromptVariant, VariantId } from '../../src/core/prompts/prompt-variant.js';
import type { Model } from '../../src/core/registry/model.js';
import { ArmNumbers } from '../../src/runtime/arm-numbers.js';
import { PromptKeeper } from '../../src/runtime/prompt-keeper.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { MemoryDocumentStore } from '../../src/store/memory/memory-document-store.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { START_MS } from '../builders/learning.js';
import { policyFolder, type PolicyParts } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, openTestAudit, openTestRuntime } from '../builders/runtime.js';
import { model } from '../core/registry/fixture.js';

const variant = (id: string, changes: Partial<PromptVariant> = {}): PromptVariant => ({
  id: id as VariantId,
  useCase: 'chat' as UseCase,
  system: 'Be brief.',
  parameters: {},
  version: 1,
  status: 'draft',
  ...changes,
});

const ANN = actor('ann');
const NOW = { validateOnly: false, nowMs: START_MS, actor: ANN };

async function opened(documents: MemoryDocumentStore, models: readonly Model[] = [model('acme/one')]) {
  const arms = await ArmNumbers.open(documents);
  await arms.commit(models.map(({ id }) => id));
  const keeper = await PromptKeeper.open({
    documents,
    audit: await openTestAudit({ documents }),
    policyVersion: () => 'v1',
    arms,
    models: () => models,
    onChange: () => undefined,
  });
  return { arms, keeper };
}

describe('variants made by RPC', () => {
  it('are there after a reopen, and their arms keep their numbers', async () => {
    const documents = new MemoryDocumentStore();
    const { keeper, arms } = await opened(documents);
    await keeper.create(variant('a', { parameters: { tone: { default: 'brief' } } }), NOW);
    await keeper.setStatus('a', 'active', { nowMs: START_MS + 1, actor: ANN });
    const again = await opened(documents);
    expect(again.keeper.book.list()).toEqual(keeper.book.list());
    expect(again.keeper.storedPrompt('a' as VariantId)).toMatchObject({
      revision: 2,
      updateTimeMs: START_MS + 1,
    });
    expect([...again.arms.all]).toEqual([...arms.all]);
  });

  it('never get the number of another arm, not even of a deleted one; another version is another arm', async () => {
    const documents = new MemoryDocumentStore();
    const { keeper, arms } = await opened(documents);
    await keeper.create(variant('a'), NOW);
    await keeper.delete('a', undefined, ANN);
    await keeper.create(variant('b'), NOW);
    await keeper.create(variant('a', { version: 2 }), NOW);
    expect(Object.fromEntries(arms.all)).toEqual({
      'acme/one': 1,
      'acme/one#a@1': 2,
      'acme/one#b@1': 3,
      'acme/one#a@2': 4,
    });
  });

  it('change nothing where they are only checked, or where their etag is stale', async () => {
    const { keeper } = await opened(new MemoryDocumentStore());
    await keeper.create(variant('a'), { ...NOW, validateOnly: true });
    expect(keeper.book.list()).toEqual([]);
    await keeper.create(variant('a'), NOW);
    const stale = keeper.setStatus('a', 'active', { etag: 'other', nowMs: START_MS, actor: ANN });
    await expect(stale).rejects.toMatchObject({ code: 'STALE_ETAG' });
    expect(keeper.entry('a').variant.status).toBe('draft');
  });

  it('clash with those of a file by id, before the file is taken', async () => {
    const { keeper } = await opened(new MemoryDocumentStore());
    await keeper.create(variant('a'), NOW);
    expect(keeper.conflicts([variant('b'), variant('a')])).toMatchObject([
      { file: 'prompts.json', path: 'prompts[1].id' },
    ]);
    await expect(keeper.adopt([variant('a')], [], () => Promise.resolve())).rejects.toThrow(
      'was made by RPC',
    );
    expect(keeper.entry('a').origin).toBe('rpc');
  });
});

describe('a runtime with prompts', () => {
  let runtime: Runtime | undefined;
  let folder: string;
  afterEach(async () => {
    await runtime?.close();
    await rm(folder, { recursive: true });
  });

  async function open(parts: PolicyParts, store: Store = openMemoryStore()): Promise<Runtime> {
    folder = await policyFolder(parts);
    return (runtime = await openTestRuntime({ policyFolder: folder, store }));
  }

  const namesOf = ({ decider }: Runtime): string[] =>
    decider
      .explain(questionOf())
      .deliberation.candidates.map(({ model: { id }, arm }) => `${id} ${arm.prompt?.variant.id ?? '-'}`);

  it('opens a store that knows models alone, and goes on with their numbers', async () => {
    const store = openMemoryStore();
    const ids = [
      ['acme/small', 7],
      ['acme/gone', 9],
    ];
    await store.documents.put('arm', 'ids', Buffer.from(JSON.stringify(ids)), 0);
    const { registry, prompts } = await open({ prompts: [{ ...variant('a'), status: 'active' }] }, store);
    expect(registry.registry.list().find(({ model: { id } }) => id === 'acme/small')!.armId).toBe(7);
    const numbers = [...prompts.book.armIds.values()];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.min(...numbers.filter((n) => n !== 7))).toBe(9);
  });

  it('gives a model that comes later the variants that are for any', async () => {
    const opened = await open({ prompts: [{ ...variant('a'), status: 'active' }] });
    await opened.registry.create(model('acme/later'), NOW);
    expect(namesOf(opened)).toContain('acme/later a');
  });

  it('retires by itself what outcomes speak against, where the policy says so, and only what RPC made', async () => {
    // A newcomer that is weak is dropped after a quarter of its pulls.
    const bandit = { exploration: { floor: 0, newcomerShare: 0.5, newcomerPulls: 40 } };
    const parts = {
      bandit,
      models: [{ ...model('acme/one') }],
      prompts: [{ ...variant('file'), status: 'active' }],
    };
    const opened = await open({ ...parts, review: { automatic: true } });
    await opened.prompts.create(variant('rpc'), NOW);
    await opened.prompts.setStatus('rpc', 'active', { nowMs: START_MS, actor: ANN });
    const learn = async (good: string): Promise<void> => {
      for (let i = 0; i < 120; i++) {
        const { ticket, decision } = opened.decider.select(questionOf(), false);
        const quality = decision.chain[0]!.arm.prompt!.variant.id === good ? 1 : 0.1;
        await opened.reporter.report(questionOf().tenant, ticket, [
          { attempt: 0, quality, qualitySource: 'test' },
        ]);
      }
    };
    expect(await opened.promptReviewer.review()).toEqual([]);
    await learn('file');
    expect(namesOf(opened)).toEqual(['acme/one file', 'acme/one rpc']);
    expect(await opened.promptReviewer.review()).toEqual(['rpc']);
    expect(namesOf(opened)).toEqual(['acme/one file']);
    expect(await opened.promptReviewer.review()).toEqual([]);
  });

  it('retires nothing by itself unless it is told to', async () => {
    const opened = await open({ models: [{ ...model('acme/one') }], prompts: [] });
    expect(await opened.promptReviewer.review()).toEqual([]);
  });
});
