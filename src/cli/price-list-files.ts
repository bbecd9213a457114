import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parse } from 'smol-toml';
import type { ImportOptions, ImportResult } from '../core/registry/import/entry.js';
import { convertGenaiPrices } from '../core/registry/import/genai-prices.js';
import { convertLitellm } from '../core/registry/import/litellm.js';
import { convertModelsDev, type ModelsDevFile } from '../core/registry/import/models-dev.js';

export const PRICE_LISTS = ['litellm', 'models.dev', 'genai-prices'] as const;
export type PriceList = (typeof PRICE_LISTS)[number];

/** A price list that cannot be read at all; the message names the file. */
export class PriceListError extends Error {}

async function readParsed(path: string, parseText: (text: string) => unknown): Promise<unknown> {
  try {
    return parseText(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PriceListError(`${path}: ${reason}`, { cause });
  }
}

async function tomlFiles(folder: string): Promise<Map<string, unknown>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.toml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = new Map<string, unknown>();
  for (const path of paths) {
    const name = relative(folder, path).split(sep).join('/').slice(0, -'.toml'.length);
    files.set(name, await readParsed(path, parse));
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The tree's root or its `providers/` folder; the root may hold `models/` with what providers share. */
async function readModelsDev(path: string, options: ImportOptions): Promise<ImportResult> {
  const inner = join(path, 'providers');
  const providers = (await isFolder(inner)) ? inner : path;
  if (!(await isFolder(providers))) throw new PriceListError(`${path}: is not a folder of providers`);
  const shared = join(providers, '..', 'models');
  const bases = (await isFolder(shared)) ? await tomlFiles(shared) : new Map<string, unknown>();
  const files: ModelsDevFile[] = [];
  for (const [name, toml] of await tomlFiles(providers)) {
    const [, provider, model] = /^([^/]+)\/models\/(.+)$/.exec(name) ?? [];
    if (provider !== undefined && model !== undefined) files.push({ provider, name: model, toml });
  }
  return convertModelsDev(files, options, bases);
}

/**
 * Reads and converts one of the public price lists.
 * @throws PriceListError when a file is missing or does not parse.
 */
export async function readPriceList(
  list: PriceList,
  path: string,
  options: ImportOptions,
): Promise<ImportResult> {
  if (list === 'models.dev') return readModelsDev(path, options);
  const parsed = await readParsed(path, JSON.parse);
  return list === 'litellm' ? convertLitellm(parsed, options) : convertGenaiPrices(parsed, options);
}
