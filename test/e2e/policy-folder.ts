import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll } from 'vitest';
import { PROJECT_ROOT } from '../service/public-descriptors.js';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** An empty folder that goes when the tests end. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-e2e-'));
  made.push(folder);
  return folder;
}

type Json = Record<string, unknown>;
export interface FileModel extends Json {
  id: string;
  prices?: Record<string, unknown>;
}

/** Changes one JSON file of a policy folder, as an editor would. */
export function editJson(folder: string, file: string, change: (value: Json) => Json): void {
  const path = join(folder, file);
  writeFileSync(path, `${JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Json), null, 2)}\n`);
}

/** Changes the list of models. */
export function editModels(folder: string, change: (models: FileModel[]) => FileModel[]): void {
  editJson(folder, 'models.json', (value) => ({ ...value, models: change(value['models'] as FileModel[]) }));
}

/** A copy of the shipped policy, with these models alone where they are given. */
export function policyFolder(models?: readonly string[]): string {
  const folder = join(newFolder(), 'rules');
  cpSync(join(PROJECT_ROOT, 'rules'), folder, { recursive: true });
  if (models !== undefined) {
    editModels(folder, (all) => all.filter(({ id }) => models.includes(id)));
    editJson(folder, 'priors.json', (value) => ({ ...value, models: {} }));
    // They name models that are not there any more.
    rmSync(join(folder, 'tests'), { recursive: true });
  }
  return folder;
}

/** Three models that no shipped rule removes from an ordinary request. */
export const SOUND = ['amazon/nova-lite', 'google/gemini-2.5-flash', 'openai/gpt-4.1-mini'] as const;

/** Writes one rule into a rule file of its own. */
export function writeRule(
  folder: string,
  name: string,
  rule: { conditions: Json; event: Json; priority?: number },
): void {
  const file = {
    $schema: '../schema/rules.schema.json',
    rules: [{ name, description: 'A test.', priority: 10, ...rule }],
  };
  writeFileSync(join(folder, 'rules', `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
}

/** A condition on the request's use case. */
export const forUseCase = (useCase: string): Json => ({
  all: [{ fact: 'request', path: '$.useCase', operator: 'equal', value: useCase }],
});

/** The files of a folder as a call takes them; schemas are no part of a policy. */
export const filesOf = (folder: string): { readonly file: string; readonly content: Buffer }[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('schema'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ file: relative(folder, path), content: readFileSync(path) }));
