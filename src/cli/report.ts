import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { performanceReport } from './report/performance-report.js';
import { readReportData } from './report/report-data.js';
import { reportHtml } from './report/report-html.js';
import { reportText } from './report/report-text.js';
import { calling, withAnswerOptions, type AnswerFlags } from './server-connection.js';
import { spanOption } from './span-option.js';

interface ReportFlags extends AnswerFlags {
  readonly since: number;
  readonly useCase?: string;
  readonly out?: string;
}

/** `sextant report`: how each use case did, against one model for everything, and what to look at. */
export function reportCommand(): Command {
  const command = new Command('report')
    .summary('how each use case did, and what was saved')
    .description(
      'Decisions, quality, success, cost and latency of each use case, what was saved against one model for everything, ' +
        'drift, experiments and advice. Calls the running server.',
    )
    .option('--since <span>', 'how far back, such as 7d, 24h or 4w', spanOption, spanOption('7d'))
    .option('--use-case <name>', 'only this use case')
    .option('--out <file>', 'write the report, too: .html or .json', outOption);
  return withAnswerOptions(command).action((flags: ReportFlags) =>
    calling(async () => {
      const toMs = Date.now();
      const span = { fromMs: toMs - flags.since, toMs, useCase: flags.useCase ?? '' };
      const report = performanceReport(await readReportData(flags, span));
      const json = JSON.stringify(report, null, 2);
      if (flags.out !== undefined)
        writeFileSync(flags.out, flags.out.endsWith('.json') ? `${json}\n` : reportHtml(report));
      console.log(flags.json ? json : reportText(report));
      if (flags.out !== undefined && !flags.json) console.log(`\nwritten to ${flags.out}`);
    }),
  );
}

function outOption(text: string): string {
  if (!/\.(?:html|json)$/.test(text)) throw new InvalidArgumentError('must end in .html or .json.');
  return text;
}
