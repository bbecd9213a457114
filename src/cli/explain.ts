import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Fault } from '../core/fault.js';
import { deliberate } from '../core/selection/decide.js';
import { SelectionServiceClient, type ExplainResponse } from '../gen/sextant/v1/selection.js';
import { encodeExplainResponse } from '../service/encode/decision.js';
import { checkFolder } from './check-folder.js';
import { refuse } from './config-options.js';
import { explanationLines } from './explain-report.js';
import { freshSnapshot } from './fresh-snapshot.js';
import { calling, withClient, withCredentialOptions, type ConnectionFlags } from './server-connection.js';
import { timeOption } from './time-option.js';
import { explainResponseToJson, questionFromJson, selectRequestFromJson } from './wire-json.js';

interface ExplainFlags extends Partial<ConnectionFlags> {
  readonly request: string;
  readonly rules?: string;
  readonly tenant: string;
  readonly at?: number;
  readonly model?: string;
  readonly json?: boolean;
}

/** `sextant explain`: how one request would be decided, and what every rule saw of it. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description(
      'Explain how a request would be decided: by a policy folder, with nothing learned yet, or by a running server. Decides nothing.',
    )
    .requiredOption('--request <file>', 'a SelectRequest as JSON; - for standard input')
    .option('--rules <folder>', 'policy folder (default: rules)')
    .option('-a, --address <host:port>', 'ask this server instead');
  return withCredentialOptions(command)
    .option('--tenant <id>', 'who asks, with --rules; a server takes it from the token', 'default')
    .option(
      '--at <time>',
      'when it asks, with --rules, such as 2025-01-15T21:00:00Z (default: now)',
      timeOption,
    )
    .option('--model <id>', 'show what rules saw of this model')
    .option('--json', 'print the ExplainResponse as JSON')
    .action((flags: ExplainFlags) => calling(() => explain(flags)));
}

async function explain(flags: ExplainFlags): Promise<void> {
  const { address, rules, json, model } = flags;
  const file = flags.request;
  if (address !== undefined && rules !== undefined) {
    refuse([{ path: '--address', reason: 'goes without --rules: a server has its own' }]);
  }
  const request = readRequest(file);
  const response =
    address === undefined
      ? await explainByFolder(request, rules ?? 'rules', flags)
      : await explainByServer(request, address, flags);
  if (json) console.log(JSON.stringify(explainResponseToJson(response), null, 2));
  else for (const line of explanationLines(response, model)) console.log(line);
}

function readRequest(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as unknown;
  } catch (error) {
    return refuse([{ file, path: '$', reason: `cannot be read: ${(error as Error).message}` }]);
  }
}

const inFile = (file: string, faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => ({ ...fault, file, path: fault.path === '' ? '$' : fault.path }));

async function explainByFolder(
  request: unknown,
  folder: string,
  { tenant, at, request: file }: ExplainFlags,
): Promise<ExplainResponse> {
  const { policy, faults } = await checkFolder(folder);
  if (policy === undefined) return refuse(faults);
  const question = questionFromJson(request, tenant);
  if (!question.ok) refuse(inFile(file, question.faults));
  const nowMs = at ?? Date.now();
  const options = { nowMs, explain: true, trace: true };
  const deliberation = deliberate(freshSnapshot(policy), question.value, options);
  return encodeExplainResponse(deliberation, policy.version);
}

async function explainByServer(
  value: unknown,
  address: string,
  flags: ExplainFlags,
): Promise<ExplainResponse> {
  const request = selectRequestFromJson(value);
  if (!request.ok) return refuse(inFile(flags.request, request.faults));
  return withClient(SelectionServiceClient, { ...flags, address }, (call) =>
    call('explain', { request: request.value, conditions: true }),
  );
}
