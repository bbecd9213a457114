import type { ConditionNode } from '../contract.js';

/** What a condition asked, what it saw, and whether it held; as lists within lists. */
export function ConditionTree({ node }: { node: ConditionNode }) {
  const below = childrenOf(node);
  if (below === undefined) {
    return (
      <span>
        <Verdict node={node} /> <code>{comparison(node)}</code>
      </span>
    );
  }
  return (
    <>
      <span>
        <Verdict node={node} /> <b>{WORDS[node.operator] ?? node.operator}</b>
        {node.condition !== undefined && <small> ({node.condition})</small>}
      </span>
      <ul class="tree">
        {below.map((child, i) => (
          <li key={i}>
            <ConditionTree node={child} />
          </li>
        ))}
      </ul>
    </>
  );
}

const WORDS: Readonly<Record<string, string>> = { all: 'all of', any: 'any of', not: 'not' };

function childrenOf({ fact, all, any, not }: ConditionNode): readonly ConditionNode[] | undefined {
  if (fact !== undefined) return undefined;
  return all ?? any ?? (not === undefined ? undefined : [not]);
}

function Verdict({ node: { result } }: { node: ConditionNode }) {
  if (result === undefined) return <span class="verdict">not asked</span>;
  return <span class={`verdict ${result ? 'held' : 'failed'}`}>{result ? 'true' : 'false'}</span>;
}

function comparison(node: ConditionNode): string {
  const { operator, value, result } = node;
  const saw = (seen: unknown): string => {
    if (result === undefined) return '';
    return ` = ${seen === undefined ? 'nothing' : JSON.stringify(seen)}`;
  };
  const other = value as ConditionNode | null;
  const isFact = typeof other === 'object' && other !== null && other.fact !== undefined;
  const right = isFact ? `${member(other)}${saw(node.valueResult)}` : JSON.stringify(value);
  return `${member(node)}${saw(node.factResult)} ${operator} ${right}`;
}

const member = ({ fact, path = '$' }: ConditionNode): string => `${fact}${path.slice(1)}`;
