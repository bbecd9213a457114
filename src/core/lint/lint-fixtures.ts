import type { Fixture } from '../fixture/fixture.js';
import type { Tenants } from '../rules/parse-tenants.js';
import { nearest, unlisted } from './lint-words.js';
import type { Warning } from './warning.js';

/** Tenants of fixtures that `tenants.json` does not list: the fixture then tests `default`. */
export function lintFixtures(fixtures: readonly Fixture[], tenants: Tenants): readonly Warning[] {
  return fixtures
    .filter(({ tenant }) => !tenants.has(tenant))
    .map(({ tenant, place: { file, path } }) => ({
      file,
      path: `${path}.tenant`,
      code: 'matches-no-tenant',
      reason: unlisted(tenant),
      ...nearest(tenant, tenants.keys()),
    }));
}
