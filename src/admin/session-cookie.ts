import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../config/config.js';
import type { Principal } from '../runtime/principals.js';

const KEY_BYTES = 32;
const COOKIE_PATTERN = /^([A-Za-z0-9_-]{1,2048})\.([A-Za-z0-9_-]{43})$/;

/** Twelve hours: a working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000;

/** A login that a cookie stands for. */
export interface Session {
  readonly principal: Principal;
  readonly expiryMs: number;
}

interface Payload extends Omit<Principal, 'roles'> {
  readonly roles: readonly Role[];
  readonly expiryMs: number;
}

/**
 * Makes and reads session cookies: `PAYLOAD.MAC`. The key is the process's own, so that a restart, which
 * may bring other tokens, ends every session.
 */
export class SessionCookies {
  private readonly key = randomBytes(KEY_BYTES);

  seal({ principal: { name, tenant, roles }, expiryMs }: Session): string {
    const content: Payload = { name, tenant, roles: [...roles], expiryMs };
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${payload}.${this.mac(payload)}`;
  }

  /** `undefined` where the value was not made here, or is too old. */
  open(value: string, nowMs: number): Session | undefined {
    const match = COOKIE_PATTERN.exec(value);
    if (match === null) return undefined;
    const [, payload, mac] = match;
    if (!timingSafeEqual(Buffer.from(mac!), Buffer.from(this.mac(payload!)))) return undefined;
    const { expiryMs, ...principal } = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Payload;
    if (expiryMs <= nowMs) return undefined;
    return { principal: { ...principal, roles: new Set(principal.roles) }, expiryMs };
  }

  private mac(payload: string): string {
    return createHmac('sha256', this.key).update(payload).digest('base64url');
  }
}

/** The value of one cookie of a `cookie` header. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
