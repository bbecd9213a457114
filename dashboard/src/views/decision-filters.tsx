import { useState } from 'preact/hooks';
import type { DecisionsView } from '../../../src/admin/decision-views.js';
import type { Go, Route } from '../route.js';

interface FiltersProps {
  readonly route: Route;
  readonly go: Go;
  readonly known: DecisionsView | undefined;
}

const REPORTED = [
  { value: '', label: 'any' },
  { value: 'yes', label: 'reported' },
  { value: 'no', label: 'not reported' },
] as const;

/** What is looked for; all of it is in the address. */
export function DecisionFilters({ route, go, known }: FiltersProps) {
  const { params, useCase } = route;
  const filter = (name: string, value: string): void =>
    go({
      params: {
        ...Object.fromEntries(Object.entries(params).filter(([key]) => key !== 'after')),
        [name]: value,
      },
    });
  return (
    <div class="filters">
      <Choice
        label="Use case"
        value={useCase}
        options={['', ...withCurrent(known?.useCases ?? [], useCase)]}
        onChoose={(value) => go({ useCase: value, params: { ...params, after: '' } })}
      />
      <Choice
        label="Model"
        value={params['model'] ?? ''}
        options={['', ...withCurrent(known?.models ?? [], params['model'] ?? '')]}
        onChoose={(value) => filter('model', value)}
      />
      <label>
        Outcome{' '}
        <select
          value={params['reported'] ?? ''}
          onChange={(event) => filter('reported', event.currentTarget.value)}
        >
          {REPORTED.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Time label="From" value={params['from']} onChange={(value) => filter('from', value)} />
      <Time label="Until" value={params['to']} onChange={(value) => filter('to', value)} />
      <ById go={go} />
    </div>
  );
}

/** What the address asks for stands in the list though the server knows it no more. */
const withCurrent = (names: readonly string[], current: string): readonly string[] =>
  current === '' || names.includes(current) ? names : [current, ...names];

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {option === '' ? 'all' : option}
          </option>
        ))}
      </select>
    </label>
  );
}

interface TimeProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A time of this machine's zone; milliseconds since the epoch in the address. */
function Time({ label, value, onChange }: TimeProps) {
  const read = (text: string): void => {
    const timeMs = new Date(text).getTime();
    onChange(Number.isNaN(timeMs) ? '' : String(timeMs));
  };
  return (
    <label>
      {label}{' '}
      <input
        type="datetime-local"
        value={value === undefined ? '' : localText(Number(value))}
        onChange={(event) => read(event.currentTarget.value)}
      />
    </label>
  );
}

function localText(timeMs: number): string {
  const date = new Date(timeMs);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(timeMs - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function ById({ go }: { go: Go }) {
  const [id, setId] = useState('');
  const open = (event: Event): void => {
    event.preventDefault();
    if (id.trim() !== '') go({ params: { id: id.trim() } });
  };
  return (
    <form class="by-id" onSubmit={open}>
      <label>
        Id{' '}
        <input
          value={id}
          placeholder="0199…"
          size={14}
          onInput={(event) => setId(event.currentTarget.value)}
        />
      </label>{' '}
      <button type="submit">Open</button>
    </form>
  );
}
