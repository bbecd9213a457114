import { WARNING_CODES, type WarningCode } from '../core/lint/warning.js';
import { visible } from '../core/fault.js';
import type { LocatedFault } from './located-faults.js';

/** A fault or warning with the file that it is in, relative to where the command runs. */
export interface Finding {
  readonly fault: LocatedFault & { readonly code?: WarningCode };
  readonly level: 'error' | 'warning';
  readonly uri: string | undefined;
}

const FAULT_RULE = { id: 'fault', shortDescription: { text: 'The policy or configuration is refused.' } };

/** A log of one run in SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines. */
export function sarifLog(findings: readonly Finding[], version: string): object {
  const rules = [
    FAULT_RULE,
    ...Object.entries(WARNING_CODES).map(([id, text]) => ({ id, shortDescription: { text } })),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sextant', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  };
}

function resultOf({ fault, level, uri }: Finding): object {
  const { code, path, reason, suggestion, line, column } = fault;
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column } };
  return {
    ruleId: code ?? FAULT_RULE.id,
    level,
    message: { text: visible(`${path}: ${reason}${suggestion === undefined ? '' : ` (${suggestion})`}`) },
    locations:
      uri === undefined
        ? []
        : [{ physicalLocation: { artifactLocation: { uri: encodeURI(uri) }, ...region } }],
  };
}
