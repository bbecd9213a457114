import { FIXTURE_FILES } from '../config/load-policy.js';
import { POLICY_CHECKS } from '../config/policy-schemas.js';
import type { PolicyFolder } from '../config/policy-files.js';
import type { Checked } from '../core/fault.js';
import type { Fixture } from '../core/fixture/fixture.js';
import { parseFixtures } from '../core/fixture/parse-fixtures.js';
import type { Policy } from '../core/selection/policy.js';
import { questionFromJson } from './wire-json.js';

/** The fixtures of a policy folder, or every fault in them. */
export const readFixtures = ({ files }: PolicyFolder, policy: Policy): Checked<readonly Fixture[]> =>
  parseFixtures(
    files.filter(({ file }) => FIXTURE_FILES.test(file)),
    { check: POLICY_CHECKS.fixtures, policy, readRequest: questionFromJson },
  );
