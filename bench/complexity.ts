import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { isSection, SECTIONS, SECTION_NAMES, type SectionName } from './complexity/sections.js';
import { isOutcomeSet } from './quality/outcome-set.js';
import { dataFolder, projectRoot } from './quality/project-root.js';
import { Report } from './quality/report.js';

interface Options {
  readonly out: string;
  readonly sections: readonly SectionName[];
}

function sections(text: string): SectionName[] {
  const names = text.split(',').map((part) => part.trim());
  if (!names.every(isSection)) throw new InvalidArgumentError(`can be ${SECTION_NAMES.join(', ')}`);
  return names;
}

const program = new Command('bench-complexity')
  .description('Measures what is estimated of a request before any model sees it.')
  .option('--out <file>', 'the figures', join(projectRoot(), 'bench/out/complexity.json'))
  .option('--sections <list>', `of ${SECTION_NAMES.join(', ')}`, sections, [...SECTION_NAMES])
  .action(main);

async function main(options: Options): Promise<void> {
  const report = new Report((text) => console.log(text));
  report.note(`${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} CPUs, Node ${process.version}`);
  for (const name of options.sections) await runSection(name, report);
  report.summary();
  const out = resolve(options.out);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(report.figures, null, 2)}\n`);
}

async function runSection(name: SectionName, report: Report): Promise<void> {
  const { needs, run } = SECTIONS[name];
  const folder = dataFolder();
  const absent = needs.filter((set) => !isOutcomeSet(join(folder, set)));
  if (absent.length > 0) {
    report.heading(name);
    report.note(
      `skipped: ${folder} lacks ${absent.join(', ')}; docs/data.md says where the public originals are`,
    );
    return;
  }
  const started = performance.now();
  await run({ dataFolder: folder, report });
  report.note(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

await program.parseAsync();
