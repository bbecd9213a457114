import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionView } from '../../../src/admin/views.js';
import type { Live } from '../live.js';
import { RouteLink } from './route-link.js';
import { TITLES, VIEWS, type Go, type Route } from '../route.js';
import { saveTheme, savedTheme, THEMES, type Theme } from '../theme.js';

interface TopProps {
  readonly route: Route;
  readonly go: Go;
  readonly live: Live;
  readonly session: SessionView;
  readonly onLogOut: () => void;
}

export function Top({ route, go, live, session, onLogOut }: TopProps) {
  const views = useRef<HTMLElement>(null);
  // On a narrow screen they are more than are seen at once.
  useEffect(() => {
    const current = views.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [route.view]);
  return (
    <header class="top">
      <div class="brand">
        <img src="/favicon.svg" alt="" width="24" height="24" /> Sextant
      </div>
      <nav ref={views} aria-label="Views">
        {VIEWS.map((view) => (
          <RouteLink key={view} route={route} go={go} to={{ view }} isCurrent={route.view === view}>
            {TITLES[view]}
          </RouteLink>
        ))}
      </nav>
      <div class="tools">
        <Pulse live={live} />
        <ThemeChoice />
        {session.loginRequired && <Who session={session} onLogOut={onLogOut} />}
      </div>
    </header>
  );
}

/** Said aloud only when it changes. */
function Pulse({ live: { tick, isConnected } }: { live: Live }) {
  const [tone, text] = !isConnected
    ? ['bad', tick === undefined ? 'connecting' : 'not connected']
    : tick?.ready === false
      ? ['bad', 'not ready']
      : tick?.warning
        ? ['warn', 'needs attention']
        : ['good', 'live'];
  return (
    <span class={`pulse ${tone}`} role="status">
      {text}
    </span>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState(savedTheme);
  const choose = (next: Theme): void => {
    saveTheme(next);
    setTheme(next);
  };
  return (
    <select
      aria-label="Colours"
      value={theme}
      onChange={(event) => choose(event.currentTarget.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Who({ session, onLogOut }: { session: SessionView; onLogOut: () => void }) {
  const { name, tenant } = session.principal!;
  const leave = (): void => void fetch('/logout', { method: 'POST' }).finally(onLogOut);
  return (
    <span class="who">
      <span title={`tenant ${tenant}`}>
        {name} · {tenant}
      </span>
      <button type="button" class="quiet" onClick={leave}>
        Log out
      </button>
    </span>
  );
}
