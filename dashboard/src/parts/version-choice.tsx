import type { PolicyVersion } from '../contract.js';
import { at, shortVersion } from '../format.js';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly kept: readonly PolicyVersion[];
  readonly onChoose: (version: string) => void;
  /** Something else that may be chosen, by its value. */
  readonly other?: { readonly value: string; readonly text: string };
}

/** A choice among kept versions. */
export function VersionChoice({ label, value, kept, onChoose, other }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {kept.map(({ version, activateTime, active }) => (
          <option key={version} value={version}>
            {shortVersion(version)}, {active ? 'in force' : at(Date.parse(activateTime))}
          </option>
        ))}
        {other && (
          <option key={other.value} value={other.value}>
            {other.text}
          </option>
        )}
      </select>
    </label>
  );
}
