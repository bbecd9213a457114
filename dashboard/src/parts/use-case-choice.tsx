import type { ComponentChildren } from 'preact';
import type { OverviewView } from '../../../src/admin/views.js';
import type { Go, Route } from '../route.js';
import { useSpanView } from '../span-view.js';
import { WhenLoaded } from './state.js';

interface ForUseCaseProps {
  readonly route: Route;
  readonly go: Go;
  /** Beside the choice. */
  readonly tools?: ComponentChildren;
  readonly children: (useCase: string) => ComponentChildren;
}

/** What is shown of one use case, with the choice of it: the address's, else the first. */
export function ForUseCase({ route, go, tools, children }: ForUseCaseProps) {
  const overview = useSpanView<OverviewView>('overview', route.span);
  return (
    <WhenLoaded of={overview}>
      {({ useCases }) => {
        const names = useCases.map(({ useCase }) => useCase);
        const useCase = route.useCase === '' ? names[0] : route.useCase;
        if (useCase === undefined) {
          return <p class="empty panel">There is no use case yet: the first Select makes one.</p>;
        }
        const all = names.includes(useCase) ? names : [useCase, ...names];
        return (
          <>
            <div class="bar">
              <label>
                Use case{' '}
                <select value={useCase} onChange={(event) => go({ useCase: event.currentTarget.value })}>
                  {all.map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </select>
              </label>
              {tools}
            </div>
            {children(useCase)}
          </>
        );
      }}
    </WhenLoaded>
  );
}
