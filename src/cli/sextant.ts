#!/usr/bin/env node
import { Command } from 'commander';
import { packageVersion } from '../package-version.js';

/** How each command is made, in the order of the help. What one needs is loaded where it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.js')).serveCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  rules: async () => (await import('./rules.js')).rulesCommand(),
  explain: async () => (await import('./explain.js')).explainCommand(),
  schema: async () => (await import('./schema.js')).schemaCommand(),
  verify: async () => (await import('./verify.js')).verifyCommand(),
  top: async () => (await import('./top.js')).topCommand(),
  backup: async () => (await import('./backup.js')).backupCommand(),
  restore: async () => (await import('./backup.js')).restoreCommand(),
  compact: async () => (await import('./backup.js')).compactCommand(),
  policy: async () => (await import('./policy.js')).policyCommand(),
  promote: async () => (await import('./promote.js')).promoteCommand(),
  audit: async () => (await import('./audit.js')).auditCommand(),
  priors: async () => (await import('./priors.js')).priorsCommand(),
  complexity: async () => (await import('./complexity.js')).complexityCommand(),
  prompts: async () => (await import('./prompts.js')).promptsCommand(),
  experiments: async () => (await import('./experiments.js')).experimentsCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  evaluate: async () => (await import('./evaluate.js')).evaluateCommand(),
  export: async () => (await import('./export.js')).exportCommand(),
  import: async () => (await import('./import-models.js')).importCommand(),
  demo: async () => (await import('./demo.js')).demoCommand(),
};

/** The command that a line names; all of them where it names none, for the help and for what was meant. */
function commandsFor(name: string | undefined): Promise<Command[]> {
  const makers =
    name !== undefined && Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
  return Promise.all(makers.map((make) => make()));
}

/** As for any input that is refused: a supervisor that knows it does not try the same line again. */
const EXIT_USAGE = 2;
/** Commands that end with 1 whatever they refuse. */
const USAGE_ENDS_WITH_1: ReadonlySet<string> = new Set(['report', 'experiments']);

/** Ends a command line that a command cannot take with `EXIT_USAGE`, in commands below it too. */
function refusingUsage(command: Command): Command {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  command.commands.forEach(refusingUsage);
  return command;
}

const program = new Command('sextant')
  .description('The decision plane for LLM calls: which model should take this request?')
  .version(packageVersion(), '-V, --version')
  .showHelpAfterError();
for (const command of await commandsFor(process.argv[2])) {
  program.addCommand(USAGE_ENDS_WITH_1.has(command.name()) ? command : refusingUsage(command));
}
await program.parseAsync();
