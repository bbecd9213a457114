import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../quality/project-root.js';

/** Texts of one kind, of some hundred characters each. */
export interface TokenSamples {
  readonly kind: string;
  readonly texts: readonly string[];
}

/** Sentences that were written for this: paragraphs of test/fixtures/texts. No constant was fitted on them. */
const LANGUAGES = ['english', 'chinese', 'japanese', 'arabic', 'hindi', 'russian'] as const;
const CODE = [
  'src/core/cost/estimate.ts',
  'src/core/bandit/belief.ts',
  'src/runtime/runtime.ts',
  'src/store/level/level-outcome-log.ts',
  'dashboard/src/parts/table.tsx',
  'dashboard/src/style.css',
  'examples/clients/select_and_report.py',
  'proto/sextant/v1/policy.proto',
  'Makefile',
];
const JSON_FILES = [
  'rules/rules/cost.json',
  'rules/tests/cost.json',
  'rules/bandit.json',
  'rules/models.json',
  'package.json',
  'examples/workload/rates.json',
];
const CHUNK_CHARACTERS = 900;
/** Of every file; long ones would outvote the others. */
const CHUNKS_MOST = 10;

/** Texts of nine kinds: six languages, and the project's own code and JSON, and base64 of pseudorandom bytes. */
export function tokenSamples(): readonly TokenSamples[] {
  const languages = LANGUAGES.map((kind) => ({
    kind,
    texts: read(`test/fixtures/texts/${kind}.txt`).trim().split(/\n\n+/),
  }));
  const compact = JSON_FILES.map((file) => JSON.stringify(JSON.parse(read(file))));
  return [
    ...languages,
    { kind: 'code', texts: CODE.flatMap((file) => chunks(read(file))) },
    { kind: 'json', texts: [...JSON_FILES.map(read), ...compact].flatMap(chunks) },
    { kind: 'base64', texts: base64Texts() },
  ];
}

const read = (file: string): string => readFileSync(join(projectRoot(), file), 'utf8');

/** Whole lines where there are any; a compact file is cut. */
function chunks(text: string): string[] {
  const cut: string[] = [];
  let rest = text;
  while (rest.length > 0 && cut.length < CHUNKS_MOST) {
    const lineEnd = rest.indexOf('\n', CHUNK_CHARACTERS);
    const end = lineEnd < 0 || lineEnd > 2 * CHUNK_CHARACTERS ? CHUNK_CHARACTERS : lineEnd + 1;
    cut.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return cut;
}

const BASE64_TEXTS = 20;

/** Bytes of a linear congruential generator (Numerical Recipes, §7.1), the same on every run. */
function base64Texts(): string[] {
  let state = 12_345;
  const byte = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  return Array.from({ length: BASE64_TEXTS }, (_, i) =>
    Buffer.from(Array.from({ length: 60 + 40 * i }, byte)).toString('base64'),
  );
}
