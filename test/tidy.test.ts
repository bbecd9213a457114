import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['src', 'test', 'bench', 'examples', 'dashboard'];

const MAX_LINES = 400;
const MAX_MEDIAN_LINES_OF_SRC = 130;
/** Files that are longer, with the length that they may not exceed: lower it when one shrinks. */
const LONG_FILES: Readonly<Record<string, number>> = {};

interface BannedWord {
  readonly word: string;
  readonly instead: string;
  readonly isBannedIn: (file: string) => boolean;
}

const inCore = (file: string): boolean => file.startsWith('src/core/');
const BANNED: readonly BannedWord[] = [
  { word: 'Math.random', instead: 'a generator as an argument (rng)', isBannedIn: () => true },
  { word: 'Date.now', instead: 'the time as an argument', isBannedIn: inCore },
  { word: 'performance.now', instead: 'the time as an argument', isBannedIn: inCore },
  { word: 'new Date()', instead: 'the time as an argument', isBannedIn: inCore },
  {
    word: 'console',
    instead: 'the logger',
    isBannedIn: (file) => file.startsWith('src/') && !file.startsWith('src/cli/'),
  },
];
const NAMELESS = /^(utils?|helpers?|common|misc)\b/;

function filesUnder(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .filter((file) => !file.startsWith('src/gen/'));
}

const files = FOLDERS.flatMap(filesUnder);
const sources = files.filter((file) => /\.(ts|tsx|js)$/.test(file));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const linesOf = (file: string): number => read(file).split('\n').length - 1;

/** Committed files, or undefined where this is no repository. */
function committed(): string[] | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined;
  return execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
}

/** What a node of the syntax tree says that may be banned; comments and strings are no such nodes. */
function spoken(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node)) {
    return `new ${node.expression.getText()}(${(node.arguments ?? []).map((argument) => argument.getText()).join()})`;
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const object = node.expression.getText();
  return object === 'console' ? object : `${object}.${node.name.text}`;
}

function bannedIn(file: string, text: string): string[] {
  const banned = BANNED.filter(({ isBannedIn }) => isBannedIn(file));
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const said = spoken(node);
    const ban = said === undefined ? undefined : banned.find(({ word }) => word === said);
    if (ban !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${file}:${line} ${ban.word}: use ${ban.instead}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('words', () => {
  it('uses none that are banned where they stand', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((file) => bannedIn(file, read(file)))).toEqual([]);
  });

  it('would see one', () => {
    const text =
      'const a = Math.random() + Date.now() + new Date(); // console.log\nconsole.log(new Date(0));';
    expect(bannedIn('src/core/x.ts', text)).toHaveLength(4);
    expect(bannedIn('src/cli/x.ts', text)).toHaveLength(1);
  });

  it('names files after what is in them', () => {
    expect(files.filter((file) => file.split('/').some((part) => NAMELESS.test(part)))).toEqual([]);
    expect(sources.filter((file) => !/^[a-z0-9.-]+$/.test(basename(file)))).toEqual([]);
  });
});

describe('size', () => {
  it('keeps files short, and long ones from growing', () => {
    const long = sources.filter((file) => linesOf(file) > (LONG_FILES[file] ?? MAX_LINES));
    expect(long.map((file) => `${file}: ${linesOf(file)} lines`)).toEqual([]);
  });

  it('lists no long file that is short by now', () => {
    const short = Object.keys(LONG_FILES).filter(
      (file) => !existsSync(join(ROOT, file)) || linesOf(file) <= MAX_LINES,
    );
    expect(short).toEqual([]);
  });

  it('has small rooms in src', () => {
    const sizes = sources.filter((file) => file.startsWith('src/')).map(linesOf);
    const median = sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)];
    expect(median).toBeLessThan(MAX_MEDIAN_LINES_OF_SRC);
  });
});

describe.skipIf(committed() === undefined)('what is committed', () => {
  const tracked = (committed() ?? []).filter((file) => existsSync(join(ROOT, file)));

  it('has nothing that a command writes', () => {
    expect(
      tracked.filter((file) => /^(src\/gen|dist|build|node_modules|coverage|data)\//.test(file)),
    ).toEqual([]);
  });

  it('names no folder of one machine in its docs', () => {
    const machinePath = /(^|[\s"'`(=:])\/(work|tmp|root)(\/|\b)/m;
    const docs = tracked.filter((file) => file.endsWith('.md') || file.startsWith('deploy/'));
    expect(docs.filter((file) => machinePath.test(read(file)))).toEqual([]);
  });

  const dataFolder = process.env['SEXTANT_DATA'] ?? join(ROOT, '../shared/data');

  it.skipIf(!existsSync(dataFolder))('has no copy of benchmark data', () => {
    const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
    const data = readdirSync(dataFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^(LICENSE|README)/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    const sizes = new Set(data.map((path) => statSync(path).size));
    const suspects = tracked.filter((file) => sizes.has(statSync(join(ROOT, file)).size));
    const digests = suspects.length === 0 ? new Set<string>() : new Set(data.map(digest));
    expect(suspects.filter((file) => digests.has(digest(join(ROOT, file))))).toEqual([]);
  });
});
