import { useEffect, useState } from 'preact/hooks';
import { hrefOf, parseRoute, routeAfter, type Go, type Route } from './route.js';

/** The route of the address, and how to go to another. */
export function useRoute(): readonly [Route, Go] {
  const [route, setRoute] = useState(() => parseRoute(location.search));
  useEffect(() => {
    const follow = (): void => setRoute(parseRoute(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go: Go = (change, how = 'push') => {
    const next = routeAfter(parseRoute(location.search), change);
    if (how === 'replace') history.replaceState(null, '', hrefOf(next));
    else history.pushState(null, '', hrefOf(next));
    setRoute(next);
  };
  return [route, go];
}
