import { CAPABILITIES } from '../core/registry/model.js';
import {
  FACT_MEMBERS,
  FACT_NAMES,
  INNER_MEMBERS,
  MEMBER_WORDS,
  type FactName,
} from '../core/rules/vocabulary.js';
import { readMember } from '../core/rules/path.js';
import type { Policy } from '../core/selection/policy.js';
import { POLICY_SCHEMA_NAMES, schemaText } from './policy-schemas.js';

/** A part of a JSON Schema. */
interface Schema {
  [key: string]: unknown;
  properties?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  allOf?: Schema[];
  then?: Schema;
}

/** Words that an editor offers, and none that it insists on: models made by RPC are in no file. */
function offered(words: readonly string[]): Schema {
  return words.length === 0 ? { type: 'string' } : { anyOf: [{ enum: [...words] }, { type: 'string' }] };
}

const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

/** Every path of a fact that a rule may start from. */
function pathsOf(fact: FactName): string[] {
  return FACT_MEMBERS[fact].flatMap((member) => {
    const inner = INNER_MEMBERS.get(`${fact}.${member}`);
    return inner === undefined ? [`$.${member}`] : inner.map((name) => `$.${member}.${name}`);
  });
}

/** Words that a member of a model holds in models.json. */
function wordsOf({ models }: Policy, member: string): string[] {
  return sorted(
    models
      .flatMap((model) => readMember(model, member))
      .filter((value): value is string => typeof value === 'string'),
  );
}

/** `then` applies where `fact` and, if given, `path` are these. */
function where(fact: string, path: string | undefined, then: Record<string, Schema>): Schema {
  const properties = { fact: { const: fact }, ...(path === undefined ? {} : { path: { const: path } }) };
  return {
    if: { type: 'object', properties, required: Object.keys(properties) },
    then: { type: 'object', properties: then },
  };
}

function comparisonSuggestions(policy: Policy): Schema[] {
  const paths = FACT_NAMES.map((fact) => where(fact, undefined, { path: offered(pathsOf(fact)) }));
  const open = ['id', 'provider', 'family', 'regions', 'dataPolicies', 'languages', 'tags'];
  const values = [
    ...open.map((member) => ['model', member, wordsOf(policy, member)] as const),
    ['model', 'capabilities', [...CAPABILITIES]] as const,
    ['tenant', 'id', [...policy.tenants.keys()]] as const,
    ...[...MEMBER_WORDS].map(([name, words]) => [...(name.split('.') as [string, string]), words] as const),
  ];
  const suggestions = values
    .filter(([, , words]) => words.length > 0)
    .map(([fact, member, words]) => {
      const one = { enum: [...words] };
      const value = { anyOf: [one, { type: 'array', items: { anyOf: [one, {}] } }, {}] };
      return where(fact, `$.${member}`, { value });
    });
  return [...paths, ...suggestions];
}

function nameRules(schema: Schema, policy: Policy): void {
  const definitions = schema.definitions ?? {};
  definitions['comparison']!.allOf = comparisonSuggestions(policy);
  definitions['named']!.properties!['condition'] = {
    allOf: [{ $ref: '#/definitions/name' }, offered(sorted(policy.rules.conditions.keys()))],
  };
  const ids = wordsOf(policy, 'id');
  const patterns = wordsOf(policy, 'provider').map((provider) => `${provider}/*`);
  const lists: Readonly<Record<string, readonly string[]>> = {
    models: [...ids, ...patterns],
    tags: wordsOf(policy, 'tags'),
    capabilities: CAPABILITIES,
  };
  for (const { then } of definitions['event']?.allOf ?? []) {
    const params = then?.properties?.['params']?.properties ?? {};
    for (const [name, words] of Object.entries(lists)) {
      const given = params[name];
      if (given === undefined || words.length === 0) continue;
      const { description } = given;
      params[name] = {
        ...(description === undefined ? {} : { description }),
        allOf: [{ $ref: '#/definitions/texts' }, { type: 'array', items: offered(words) }],
      };
    }
    if (params['model'] !== undefined)
      params['model'] = { allOf: [{ $ref: '#/definitions/text' }, offered(ids)] };
  }
}

/** The text of every schema by its file name, that of rules with the names of this policy for completion. */
export function namedSchemas(policy: Policy): ReadonlyMap<string, string> {
  return new Map(
    POLICY_SCHEMA_NAMES.map((name) => {
      const schema = JSON.parse(schemaText(name)) as Schema;
      if (name === 'rules') nameRules(schema, policy);
      return [`${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`];
    }),
  );
}
