import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionView } from '../../src/admin/views.js';
import { Top } from './parts/top.js';
import { useLive } from './live.js';
import { fetchJson, LOGIN_NEEDED } from './load.js';
import { TITLES } from './route.js';
import { useRoute } from './use-route.js';
import { Bandit } from './views/bandit.js';
import { Decisions } from './views/decisions.js';
import { Evaluation } from './views/evaluation.js';
import { Experiments } from './views/experiments.js';
import { Login } from './views/login.js';
import { Models } from './views/models.js';
import { Overview } from './views/overview.js';
import { Priors } from './views/priors.js';
import { Rules } from './views/rules.js';
import { Spend } from './views/spend.js';
import { System } from './views/system.js';
import { Tradeoff } from './views/tradeoff.js';

const RETRY_MS = 3_000;

export function App() {
  const [session, setSession] = useState<SessionView>();
  const [problem, setProblem] = useState<string>();
  const ask = (): void => {
    fetchJson<SessionView>('/api/v1/session').then(
      (answer) => {
        setProblem(undefined);
        setSession(answer);
      },
      (error: Error) => setProblem(error.message),
    );
  };
  useEffect(() => {
    ask();
    addEventListener(LOGIN_NEEDED, ask);
    return () => removeEventListener(LOGIN_NEEDED, ask);
  }, []);
  useEffect(() => {
    if (problem === undefined || session !== undefined) return;
    const timer = setInterval(ask, RETRY_MS);
    return () => clearInterval(timer);
  }, [problem, session]);

  if (session === undefined) {
    if (problem === undefined) return <p class="loading">Loading…</p>;
    return (
      <p class="problem lone" role="alert">
        The dashboard cannot be shown: {problem}.
      </p>
    );
  }
  if (session.principal === null) return <Login onDone={ask} />;
  return <Pages session={session} onLogOut={ask} />;
}

function Pages({ session, onLogOut }: { session: SessionView; onLogOut: () => void }) {
  const [route, go] = useRoute();
  const live = useLive(true);
  const main = useRef<HTMLElement>(null);
  const title = TITLES[route.view];
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – Sextant`;
    // Who cannot see it hears that another view is there.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [title]);
  const { view } = route;
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Top route={route} go={go} live={live} session={session} onLogOut={onLogOut} />
      <main id="main" ref={main} tabIndex={-1}>
        <h1>{title}</h1>
        {view === 'overview' && <Overview route={route} go={go} live={live} />}
        {view === 'bandit' && <Bandit route={route} go={go} />}
        {view === 'decisions' && <Decisions route={route} go={go} session={session} />}
        {view === 'experiments' && <Experiments route={route} go={go} />}
        {view === 'rules' && <Rules route={route} go={go} session={session} />}
        {view === 'priors' && <Priors route={route} go={go} />}
        {view === 'tradeoff' && <Tradeoff route={route} go={go} />}
        {view === 'evaluation' && <Evaluation route={route} go={go} />}
        {view === 'models' && <Models />}
        {view === 'spend' && <Spend route={route} go={go} />}
        {view === 'system' && <System route={route} go={go} session={session} />}
      </main>
    </>
  );
}
