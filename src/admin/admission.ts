import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config/bind.js';
import { ANONYMOUS, bearerToken, type Principal, type Principals } from '../runtime/principals.js';
import { cookieValue, SESSION_LIFE_MS, type SessionCookies } from './session-cookie.js';

/** A request that may not have what it asked for. */
export class Refusal extends Error {
  constructor(
    readonly code: 400 | 401 | 403 | 404 | 405 | 413 | 503,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Who asks, and until when. */
export interface Visitor {
  readonly principal: Principal;
  /** Absent where it never ends. */
  readonly expiryMs?: number;
}

export interface AdmissionParts {
  /** What the port is bound to. */
  readonly host: string;
  readonly principals: Principals;
  readonly cookies: SessionCookies;
  readonly nowMs: () => number;
}

/** Cookies know no ports: two servers on one machine must not take each other's. */
export const cookieName = ({ socket }: IncomingMessage): string => `sextant_session_${socket.localPort ?? 0}`;

/** Decides who may read. */
export class Admission {
  constructor(private readonly parts: AdmissionParts) {}

  get loginRequired(): boolean {
    return this.parts.principals.areRequired;
  }

  /**
   * Without tokens everyone on this machine; else whoever has the role `read` and shows a token or a login's cookie.
   * @throws Refusal 401 without either, 403.
   */
  admit(request: IncomingMessage): Visitor {
    this.refuseStrangers(request);
    if (!this.loginRequired) return { principal: ANONYMOUS };
    const visitor = this.visitorOf(request);
    if (visitor === undefined) throw new Refusal(401, 'log in first, or send a bearer token');
    return visitor;
  }

  /** The same, but nobody where there was no login. @throws Refusal 403. */
  peek(request: IncomingMessage): Visitor | undefined {
    this.refuseStrangers(request);
    return this.loginRequired ? this.visitorOf(request) : { principal: ANONYMOUS };
  }

  /** @returns the cookie's header. @throws Refusal 401 for a token that nobody has, 403 for one without the role. */
  logIn(request: IncomingMessage, token: string): string {
    refuseOtherOrigins(request);
    const { principals, cookies, nowMs } = this.parts;
    const position = principals.positionOf(token);
    if (position === undefined) throw new Refusal(401, 'no principal has this token');
    readerAt(principals, position);
    const value = cookies.seal({ position, expiryMs: nowMs() + SESSION_LIFE_MS });
    return cookieHeader(request, value, SESSION_LIFE_MS / 1000);
  }

  /** @returns the header that takes the cookie away. @throws Refusal 403. */
  logOut(request: IncomingMessage): string {
    refuseOtherOrigins(request);
    return cookieHeader(request, '', 0);
  }

  private visitorOf(request: IncomingMessage): Visitor | undefined {
    const { principals, cookies, nowMs } = this.parts;
    const token = bearerToken(request.headers.authorization);
    if (token !== undefined) {
      const position = principals.positionOf(token);
      if (position === undefined) throw new Refusal(401, 'no principal has this token');
      return { principal: readerAt(principals, position) };
    }
    const value = cookieValue(request.headers.cookie, cookieName(request));
    const session = value === undefined ? undefined : cookies.open(value, nowMs());
    if (session === undefined) return undefined;
    return { principal: readerAt(principals, session.position), expiryMs: session.expiryMs };
  }

  /** Without a login, a page of another site must not read this port through a name that it points here. */
  private refuseStrangers({ headers }: IncomingMessage): void {
    if (this.loginRequired) return;
    if (!isLoopback(this.parts.host)) {
      throw new Refusal(403, 'beyond loopback the dashboard needs auth.tokens in the configuration');
    }
    if (!isLoopback(hostname(headers.host ?? ''))) {
      throw new Refusal(403, 'without auth.tokens the dashboard answers to localhost alone');
    }
  }
}

const hostname = (host: string): string => host.replace(/:\d+$/, '');

function readerAt(principals: Principals, position: number): Principal {
  const principal = principals.at(position);
  if (principal === undefined) throw new Refusal(401, 'log in first, or send a bearer token');
  if (!principal.roles.has('read')) throw new Refusal(403, `${principal.name} lacks the role read`);
  return principal;
}

/** Browsers say where a POST comes from; what says nothing is no browser that this page runs in. */
function refuseOtherOrigins({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin) || new URL(origin).host !== host) {
    throw new Refusal(403, 'the request comes from another origin');
  }
}

/** Whether a proxy in front speaks TLS; the port itself does not. */
const isSecure = ({ headers }: IncomingMessage): boolean => headers['x-forwarded-proto'] === 'https';

function cookieHeader(request: IncomingMessage, value: string, maxAgeSeconds: number): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeSeconds}`];
  if (isSecure(request)) attributes.push('Secure');
  return [`${cookieName(request)}=${value}`, ...attributes].join('; ');
}
