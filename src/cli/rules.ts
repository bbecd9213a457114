import { Command } from 'commander';
import { rulesDiffCommand } from './rules-diff.js';
import { rulesTestCommand } from './rules-test.js';

/** `sextant rules`: what data scientists do with their rules before they save them. */
export function rulesCommand(): Command {
  return new Command('rules')
    .description('Work on a policy folder.')
    .addCommand(rulesTestCommand())
    .addCommand(rulesDiffCommand());
}
