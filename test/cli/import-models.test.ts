import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importCommand, importModels, type ImportModelsOptions } from '../../src/cli/import-models.js';
import type { ModelId } from '../../src/core/registry/model.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/prices/', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-import-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(path: string, options: ImportModelsOptions) {
  let [out, err] = ['', ''];
  const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const code = await importModels(path, options, output);
  return { code, out, err };
}

function idsIn(text: string): string[] {
  return (JSON.parse(text) as { models: { id: string }[] }).models.map(({ id }) => id);
}

const LITELLM = join(FIXTURES, 'litellm.json');

describe('sextant import', () => {
  it('prints a models file when there is nowhere to write it, and says what it left out', async () => {
    const { code, out, err } = await run(LITELLM, { from: 'litellm' });
    expect(code).toBe(0);
    expect(idsIn(out)).toEqual(['acme/acme-large', 'google/tiny']);
    expect(err).toContain(
      '+ acme/acme-large\n+ google/tiny\n2 added, 0 updated, 0 unchanged, 0 left\n5 entries skipped\n',
    );
    expect(err).toContain('  acme/vectors: is for embedding, not text generation\n');
  });

  it.each([join(FIXTURES, 'models.dev'), join(FIXTURES, 'models.dev/providers')])(
    'reads a models.dev tree at %s',
    async (path) => {
      const { code, out, err } = await run(path, { from: 'models.dev', showSkipped: true });
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        models: [
          {
            id: 'acme-host/acme/base',
            displayName: 'Acme Base',
            contextWindowTokens: 64_000,
            prices: { inputUsdPerMTok: 1.25 },
          },
          {
            id: 'mistralai/small',
            family: 'small-line',
            lifecycle: 'deprecated',
            inputModalities: ['text', 'image'],
            prices: {
              asOf: '2026-03-01',
              cachedInputUsdPerMTok: 0.015,
              tiers: [{ abovePromptTokens: 200_000 }],
            },
            tags: ['tier:economy', 'open_weights'],
          },
        ],
      });
      expect(err).toContain('! acme-host/orphan: is new, and the list has no context window\n');
      expect(err).toContain('  acme-host/painter: does not turn text into text\n');
    },
  );

  it('brings a file up to date, and shows the difference', async () => {
    const file = join(folder, 'models.json');
    await run(LITELLM, {
      from: 'litellm',
      out: file,
      rename: new Map([['gemini/tiny', 'me/mine' as ModelId]]),
    });
    const dearer = (await readFile(LITELLM, 'utf8')).replace('7e-8', '9e-8');
    await writeFile(join(folder, 'list.json'), dearer);

    const dry = await run(join(folder, 'list.json'), { from: 'litellm', merge: file, dryRun: true });
    expect(dry.err).toContain(
      '~ me/mine\n    prices.inputUsdPerMTok: 0.07 → 0.09\n0 added, 1 updated, 1 unchanged, 0 left\n',
    );
    expect(await readFile(file, 'utf8')).toContain('0.07');

    expect((await run(join(folder, 'list.json'), { from: 'litellm', merge: file })).code).toBe(0);
    expect(idsIn(await readFile(file, 'utf8'))).toEqual(['acme/acme-large', 'me/mine']);
    expect(await readFile(file, 'utf8')).toContain('0.09');
  });

  it('names every fault of the file it should merge with, and writes nothing', async () => {
    const file = join(folder, 'models.json');
    const broken = '{"models": [{"id": "one"}]}';
    await writeFile(file, broken);
    const { code, err } = await run(LITELLM, { from: 'litellm', merge: file });
    expect(code).toBe(1);
    expect(err).toContain('models.json models[0].provider: is required\n');
    expect(err).toContain('models.json models[0].prices: is missing');
    expect(await readFile(file, 'utf8')).toBe(broken);
  });

  it('names a file that it cannot read', async () => {
    expect(await run(join(folder, 'none.json'), { from: 'genai-prices' })).toMatchObject({ code: 1 });
    await writeFile(join(folder, 'half.json'), '{');
    expect((await run(join(folder, 'half.json'), { from: 'litellm' })).err).toContain('half.json: ');
    await cp(join(FIXTURES, 'models.dev'), join(folder, 'tree'), { recursive: true });
    await writeFile(join(folder, 'tree/providers/mistral/models/small.toml'), 'name = ');
    expect((await run(join(folder, 'tree'), { from: 'models.dev' })).err).toContain('small.toml: ');
    expect((await run(join(folder, 'nowhere'), { from: 'models.dev' })).err).toContain(
      'is not a folder of providers',
    );
  });

  it('says that it neither calls the server nor opens the store', () => {
    expect(importCommand().description()).toContain('neither calls the server nor opens the store');
  });

  it('takes its options from the command line', async () => {
    const file = join(folder, 'models.json');
    const args = [
      '--from',
      'litellm',
      LITELLM,
      '--providers',
      'acme',
      '--models',
      '*large',
      '--as-of',
      '2026-03-01',
    ];
    const more = ['--assume', 'streaming,system_prompt', '--rename', 'acme-large=me/mine', '--out', file];
    await importCommand().parseAsync([...args, ...more, '--providers', 'me'], { from: 'user' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      models: [
        {
          id: 'me/mine',
          lifecycle: 'deprecated',
          capabilities: expect.arrayContaining(['streaming']) as unknown,
        },
      ],
    });
  });

  it.each([
    ['--as-of', '2026-13-01'],
    ['--assume', 'flying'],
    ['--rename', 'nothing'],
    ['--from', 'somewhere'],
  ])('refuses %s %s', async (option, value) => {
    const command = importCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    await expect(
      command.parseAsync(['--from', 'litellm', option, value, LITELLM], { from: 'user' }),
    ).rejects.toThrow(value);
  });
});
