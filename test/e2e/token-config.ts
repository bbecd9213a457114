import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from './policy-folder.js';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Principal {
  readonly tenant: string;
  readonly roles: readonly string[];
}

/** Writes a configuration in which each principal has a token. @returns its path. */
export function tokenConfig(
  principals: Readonly<Record<string, Principal>>,
  tokenOf: (principal: string) => string,
): string {
  const tokens = Object.entries(principals).map(([principal, rest]) => ({
    sha256: sha256(tokenOf(principal)),
    principal,
    ...rest,
  }));
  const config = join(newFolder(), 'sextant.yaml');
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ auth: { tokens } }));
  return config;
}
