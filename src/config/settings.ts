import { CONFIG_SCHEMA, type SettingSchema } from './config-schema.js';

/** One value that the file, the environment and the command line can each set. */
export interface Setting {
  /** In the file: `server.port`. */
  readonly path: string;
  /** In the environment: `SEXTANT_SERVER_PORT`. */
  readonly envName: string;
  /** On the command line: `--server.port`. */
  readonly flag: string;
  readonly schema: SettingSchema;
}

/** `decisionLog.maxQueue` as `SEXTANT_DECISION_LOG_MAX_QUEUE`. */
export function envNameOf(path: string): string {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `SEXTANT_${words.toUpperCase()}`;
}

export function flagOf(path: string): string {
  return `--${path}`;
}

function within(schema: SettingSchema, path: string): Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const innerPath = path === '' ? key : `${path}.${key}`;
    const nested = within(inner, innerPath);
    // A section is no setting of its own; an object inside one is, and its members are too.
    if (path === '') return nested;
    return [
      { path: innerPath, envName: envNameOf(innerPath), flag: flagOf(innerPath), schema: inner },
      ...nested,
    ];
  });
}

/** Every setting, in the schema's order; an object comes before its members. */
export const SETTINGS: readonly Setting[] = within(CONFIG_SCHEMA, '');
