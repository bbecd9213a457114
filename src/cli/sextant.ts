#!/usr/bin/env node
import { Command } from 'commander';
import { auditCommand } from './audit.js';
import { packageVersion } from '../package-version.js';
import { backupCommand, compactCommand, restoreCommand } from './backup.js';
import { checkCommand } from './check.js';
import { complexityCommand } from './complexity.js';
import { demoCommand } from './demo.js';
import { evaluateCommand } from './evaluate.js';
import { experimentsCommand } from './experiments.js';
import { explainCommand } from './explain.js';
import { exportCommand } from './export.js';
import { importCommand } from './import-models.js';
import { policyCommand } from './policy.js';
import { priorsCommand } from './priors.js';
import { promoteCommand } from './promote.js';
import { promptsCommand } from './prompts.js';
import { rulesCommand } from './rules.js';
import { schemaCommand } from './schema.js';
import { serveCommand } from './serve.js';
import { verifyCommand } from './verify.js';

const program = new Command('sextant')
  .description('The decision plane for LLM calls: which model should take this request?')
  .version(packageVersion(), '-V, --version')
  .showHelpAfterError()
  .addCommand(serveCommand())
  .addCommand(checkCommand())
  .addCommand(rulesCommand())
  .addCommand(explainCommand())
  .addCommand(schemaCommand())
  .addCommand(verifyCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(compactCommand())
  .addCommand(policyCommand())
  .addCommand(promoteCommand())
  .addCommand(auditCommand())
  .addCommand(priorsCommand())
  .addCommand(complexityCommand())
  .addCommand(promptsCommand())
  .addCommand(experimentsCommand())
  .addCommand(evaluateCommand())
  .addCommand(exportCommand())
  .addCommand(importCommand())
  .addCommand(demoCommand());

await program.parseAsync();
