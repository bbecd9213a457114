import type { ComponentChildren } from 'preact';
import { clock } from '../format.js';
import type { Loaded } from '../load.js';

/** A view's data, or why there is none. */
export function WhenLoaded<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { data, error, loadedMs } = of;
  if (data === undefined) {
    return error === undefined ? (
      <p class="loading" role="status">
        Loading…
      </p>
    ) : (
      <p class="problem" role="alert">
        This could not be read: {error}.
      </p>
    );
  }
  return (
    <>
      {error !== undefined && (
        <p class="problem" role="alert">
          Not updated since {clock(loadedMs!)}: {error}.
        </p>
      )}
      {children(data)}
    </>
  );
}

export function Stat({
  title,
  help,
  children,
}: {
  title: string;
  help?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="stat" title={help}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A state in words and a colour; the words say it all. */
export function Badge({
  tone,
  children,
}: {
  tone: 'good' | 'warn' | 'bad' | 'plain';
  children: ComponentChildren;
}) {
  return <span class={`badge ${tone}`}>{children}</span>;
}
