import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { isLoopback } from '../config/bind.js';
import { SextantError } from '../core/errors.js';
import type { Identities } from '../runtime/identity/identities.js';
import { ANONYMOUS, bearerToken, type Identity, type Principal } from '../runtime/principals.js';
import { cookieValue, SESSION_LIFE_MS, type SessionCookies } from './session-cookie.js';

/** A request that may not have what it asked for. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
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
  readonly identities: Identities;
  readonly cookies: SessionCookies;
  readonly nowMs: () => number;
}

/** Cookies know no ports: two servers on one machine must not take each other's. */
export const cookieName = ({ socket }: IncomingMessage): string => `sextant_session_${socket.localPort ?? 0}`;

/** Decides who may read. */
export class Admission {
  constructor(private readonly parts: AdmissionParts) {}

  get loginRequired(): boolean {
    return this.parts.identities.areRequired;
  }

  /**
   * Without tokens everyone on this machine; else whoever has the role `read` and shows a token or a login's cookie.
   * @throws Refusal 401 without either, 403.
   */
  async admit(request: IncomingMessage): Promise<Visitor> {
    this.refuseStrangers(request);
    if (!this.loginRequired) return { principal: ANONYMOUS };
    const visitor = await this.visitorOf(request);
    if (visitor === undefined) throw new Refusal(401, 'log in first, or send a bearer token');
    return visitor;
  }

  /**
   * The same for a request that may change something, which a page of another site must not send: it names this origin,
   * or shows a token, which no browser sends by itself. @throws Refusal 401, 403.
   */
  async admitCall(request: IncomingMessage): Promise<Visitor> {
    const visitor = await this.admit(request);
    const showsToken = this.loginRequired && bearerToken(request.headers.authorization) !== undefined;
    if (!showsToken) refuseOtherOrigins(request);
    return visitor;
  }

  /** The same, but nobody where there was no login. @throws Refusal 403. */
  async peek(request: IncomingMessage): Promise<Visitor | undefined> {
    this.refuseStrangers(request);
    return this.loginRequired ? this.visitorOf(request) : { principal: ANONYMOUS };
  }

  /** @returns the cookie's header. @throws Refusal 401 for a token that nobody has, 403 for one without the role. */
  async logIn(request: IncomingMessage, token: string): Promise<string> {
    refuseOtherOrigins(request);
    const { cookies, nowMs } = this.parts;
    const { principal, expiryMs } = await this.readerOf(token);
    const lifeMs = Math.min(SESSION_LIFE_MS, (expiryMs ?? Infinity) - nowMs());
    const value = cookies.seal({ principal, expiryMs: nowMs() + lifeMs });
    return cookieHeader(request, value, Math.floor(lifeMs / 1000));
  }

  /** @returns the header that takes the cookie away. @throws Refusal 403. */
  logOut(request: IncomingMessage): string {
    refuseOtherOrigins(request);
    return cookieHeader(request, '', 0);
  }

  private async visitorOf(request: IncomingMessage): Promise<Visitor | undefined> {
    const { cookies, nowMs } = this.parts;
    const token = bearerToken(request.headers.authorization);
    if (token !== undefined) return this.readerOf(token);
    const value = cookieValue(request.headers.cookie, cookieName(request));
    return value === undefined ? undefined : cookies.open(value, nowMs());
  }

  private async readerOf(token: string): Promise<Identity> {
    const identity = await this.identityOf(token);
    const { name, roles } = identity.principal;
    if (!roles.has('read')) throw new Refusal(403, `${name} lacks the role read`);
    return identity;
  }

  private async identityOf(token: string): Promise<Identity> {
    try {
      return await this.parts.identities.ofToken(token);
    } catch (error) {
      if (!(error instanceof SextantError)) throw error;
      throw new Refusal(error.code === 'KEYS_UNAVAILABLE' ? 503 : 401, error.message);
    }
  }

  /** Without a login, a page of another site must not read this port through a name that it points here. */
  private refuseStrangers({ headers }: IncomingMessage): void {
    if (this.loginRequired) return;
    if (!isLoopback(this.parts.host)) {
      throw new Refusal(403, 'beyond loopback the dashboard needs auth in the configuration');
    }
    if (!isLoopback(hostname(headers.host ?? ''))) {
      throw new Refusal(403, 'without auth the dashboard answers to localhost alone');
    }
  }
}

const hostname = (host: string): string => host.replace(/:\d+$/, '');

/** Browsers say where a POST comes from; what says nothing is no browser that this page runs in. */
function refuseOtherOrigins({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin) || new URL(origin).host !== host) {
    throw new Refusal(403, 'the request comes from another origin');
  }
}

/** Whether a proxy in front speaks TLS; the port itself does not. */
const isSecure = ({ headers, socket }: IncomingMessage): boolean =>
  socket instanceof TLSSocket || headers['x-forwarded-proto'] === 'https';

function cookieHeader(request: IncomingMessage, value: string, maxAgeSeconds: number): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeSeconds}`];
  if (isSecure(request)) attributes.push('Secure');
  return [`${cookieName(request)}=${value}`, ...attributes].join('; ');
}
