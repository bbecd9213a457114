import type { ComponentChildren } from 'preact';
import { hrefOf, routeAfter, type Go, type Route } from '../route.js';

interface RouteLinkProps {
  readonly route: Route;
  readonly go: Go;
  readonly to: Partial<Route>;
  readonly children: ComponentChildren;
  readonly isCurrent?: boolean;
}

/** A link that changes the view in place, and is an ordinary one for everything else that browsers do with links. */
export function RouteLink({ route, go, to, children, isCurrent }: RouteLinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={hrefOf(routeAfter(route, to))} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
