import { performance } from 'node:perf_hooks';
import { estimateTokens } from '../../src/core/tokens/estimate-tokens.js';
import { exactCounter, o200kCount } from '../../src/runtime/token-counter.js';
import { percent } from '../quality/report.js';
import { quantile } from '../quality/statistics.js';
import type { SectionContext } from './section.js';
import { tokenSamples, type TokenSamples } from './token-samples.js';

const MEDIAN_ERROR_MAX = 0.1;
const LEAST_CHARACTERS_PER_SECOND = 20e6;
const SPEED_TEXT_CHARACTERS = 2_000_000;
const SPEED_RUNS = 9;
const TOKENIZER_TEXT_CHARACTERS = 100_000;
const TOKENIZER_RUNS = 3;

/** The estimate of prompt tokens against o200k_base, by kind of text, and how fast both are. */
export async function tokensSection({ report }: SectionContext): Promise<void> {
  const countText = await o200kCount();
  report.heading('Tokens of a text: the estimate against o200k_base');
  report.note('Error: |estimate ÷ count − 1| over texts. Speed: median of runs over one long text.');
  const rows = tokenSamples().map(({ kind, texts }) => {
    const errors = texts.map((text) => estimateTokens(text) / countText(text) - 1);
    const absolute = errors.map(Math.abs);
    const median = quantile(absolute, 0.5);
    const speed = charactersPerSecond(longText(texts, SPEED_TEXT_CHARACTERS), estimateTokens, SPEED_RUNS);
    report.figure(`tokens.${kind}.median_error`, median);
    report.figure(`tokens.${kind}.characters_per_second`, speed);
    const isExact = report.check(`tokens.${kind}.error`, median <= MEDIAN_ERROR_MAX);
    const isFast = report.check(`tokens.${kind}.speed`, speed >= LEAST_CHARACTERS_PER_SECOND);
    return [
      kind,
      String(texts.length),
      percent(median),
      percent(quantile(absolute, 0.9)),
      percent(quantile(errors, 0.5)),
      isExact,
      millions(speed),
      isFast,
    ];
  });
  report.table(['kind', 'texts', 'error, median', '90 %', 'bias', 'met', 'characters/s', 'met'], rows);
  tokenizerSpeed(countText, report);
}

/** Texts that make a byte-pair encoder slow: runs that no rule cuts. */
const ADVERSARIAL: readonly TokenSamples[] = [
  { kind: 'one letter', texts: ['a'] },
  { kind: 'no spaces', texts: ['qzxjvkwpqzjx'] },
  { kind: 'spaces', texts: [' '] },
  { kind: 'punctuation', texts: ['!?'] },
  { kind: 'surrogates', texts: ['\u{1f600}'] },
];

function tokenizerSpeed(countText: (text: string) => number, report: SectionContext['report']): void {
  const counter = exactCounter(countText, TOKENIZER_TEXT_CHARACTERS);
  const count = (text: string): number =>
    counter.counted({ messages: [{ role: 'user', text }], modalities: [], toolCount: 0 }).countedTokens!;
  report.heading('The exact tokenizer, on 100,000 characters');
  const rows = [...tokenSamples(), ...ADVERSARIAL].map(({ kind, texts }) => {
    const text = longText(texts, TOKENIZER_TEXT_CHARACTERS);
    const speed = charactersPerSecond(text, count, TOKENIZER_RUNS);
    report.figure(`tokenizer.${kind.replaceAll(' ', '_')}.characters_per_second`, speed);
    return [kind, millions(speed), (1000 * (TOKENIZER_TEXT_CHARACTERS / speed)).toFixed(1)];
  });
  report.table(['kind', 'characters/s', 'ms'], rows);
}

const millions = (perSecond: number): string => `${(perSecond / 1e6).toFixed(1)} M`;

function longText(texts: readonly string[], characters: number): string {
  const joined = texts.length === 1 ? texts[0]! : texts.join('\n');
  return joined.repeat(Math.ceil(characters / joined.length)).slice(0, characters);
}

function charactersPerSecond(text: string, run: (text: string) => number, runs: number): number {
  run(text);
  const seconds = Array.from({ length: runs }, () => {
    const from = performance.now();
    run(text);
    return (performance.now() - from) / 1000;
  });
  return text.length / quantile(seconds, 0.5);
}
