import { readFileSync } from 'node:fs';
import type { Fault } from '../core/fault.js';

/** What a log tells machines of it. */
export type SettingErrorCode = 'FILE_FAULTY' | 'PORT_IN_USE' | 'LISTEN_FAILED';

/** A setting that is well formed and of no use here, such as the name of a file that is not there. */
export class SettingError extends Error {
  readonly code: SettingErrorCode;
  /** Its path, such as `server.tls.certFile`. */
  readonly setting: string;
  /** What it says, such as the name of the file. */
  readonly value: string;
  /** What is wrong, without setting and value. */
  readonly reason: string;

  constructor(
    code: SettingErrorCode,
    { setting, value, reason }: { setting: string; value: string; reason: string },
    options?: ErrorOptions,
  ) {
    super(`${setting} ${value}: ${reason}`, options);
    this.code = code;
    this.setting = setting;
    this.value = value;
    this.reason = reason;
  }
}

/** Does something with the file of a setting. @throws SettingError where that fails. */
export function withFileOf<T>(setting: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw fileError(setting, file, cause);
  }
}

/** What is wrong with the file of a setting, from what reading or parsing it threw. */
export const fileError = (setting: string, file: string, cause: unknown): SettingError =>
  new SettingError('FILE_FAULTY', { setting, value: file, reason: reasonOf(cause, file) }, { cause });

/** @throws SettingError where the file is not there or cannot be read. */
export const readFileOf = (setting: string, file: string): Buffer =>
  withFileOf(setting, file, () => readFileSync(file));

/** Without what is said anyway: the file, and the system's code, as in `ENOENT: no such file or directory, open 'x'`. */
function reasonOf(error: unknown, file: string): string {
  const { syscall, message } = error as NodeJS.ErrnoException;
  const [, words] = (syscall !== undefined && /^[A-Z]+: ([^,]+)/.exec(message)) || [];
  if (words !== undefined) return words;
  return message.startsWith(`${file} `) ? message.slice(file.length + 1) : message;
}

/** What is wrong with files, for a person who reads of other faults as well. */
export function faultsOfFiles(read: () => unknown): Fault[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const { setting, value, reason } = error;
    return [{ path: setting, reason: `${value}: ${reason}` }];
  }
}

/** The part of the configuration that says where to listen. */
export interface Listener {
  readonly section: 'server' | 'admin';
  readonly host: string;
  readonly port: number;
}

/** What the system says where a socket cannot listen, by the setting that it is about. */
export function listenError({ section, host, port }: Listener, cause: NodeJS.ErrnoException): SettingError {
  const about = (member: 'host' | 'port', reason: string) => ({
    setting: `${section}.${member}`,
    value: member === 'port' ? String(port) : host,
    reason,
  });
  switch (cause.code) {
    case 'EADDRINUSE':
      return new SettingError('PORT_IN_USE', about('port', `is in use on ${host}`), { cause });
    case 'EACCES':
      return new SettingError('LISTEN_FAILED', about('port', 'this process may not listen on it'), { cause });
    case 'EADDRNOTAVAIL':
      return new SettingError('LISTEN_FAILED', about('host', 'is no address of this machine'), { cause });
    default:
      return new SettingError('LISTEN_FAILED', about('host', cause.message), { cause });
  }
}
