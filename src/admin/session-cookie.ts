import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;
const COOKIE_PATTERN = /^(\d{1,9})\.(\d{1,15})\.([A-Za-z0-9_-]{43})$/;

/** Twelve hours: a working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000;

/** A login that a cookie stands for. */
export interface Session {
  /** Position of the principal among the configured tokens. */
  readonly position: number;
  readonly expiryMs: number;
}

/**
 * Makes and reads session cookies: `POSITION.EXPIRY.MAC`. The key is the process's own, so that a restart, which
 * may bring other tokens, ends every session.
 */
export class SessionCookies {
  private readonly key = randomBytes(KEY_BYTES);

  seal({ position, expiryMs }: Session): string {
    const payload = `${position}.${expiryMs}`;
    return `${payload}.${this.mac(payload)}`;
  }

  /** `undefined` where the value was not made here, or is too old. */
  open(value: string, nowMs: number): Session | undefined {
    const match = COOKIE_PATTERN.exec(value);
    if (match === null) return undefined;
    const [, position, expiry, mac] = match;
    const expected = this.mac(`${position}.${expiry}`);
    if (!timingSafeEqual(Buffer.from(mac!), Buffer.from(expected))) return undefined;
    const session = { position: Number(position), expiryMs: Number(expiry) };
    return session.expiryMs > nowMs ? session : undefined;
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
