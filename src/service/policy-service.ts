import type { PolicyFolder } from '../config/policy-files.js';
import { SextantError } from '../core/errors.js';
import { diffPolicies, type DiffedFile } from '../core/policy/policy-diff.js';
import { keptVersion } from '../core/policy/policy-history.js';
import type { PolicyServiceServer } from '../gen/sextant/v1/policy.js';
import type { Runtime } from '../runtime/runtime.js';
import { encodeActive, encodeFault, encodeFileDiff, encodeVersion } from './encode/policy.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageSize, pageToken, readPageToken } from './page.js';
import { shadowCalls } from './shadow-calls.js';
import { checkVersion, decodeChange, decodeFiles } from './validate/policy.js';
import { Violations } from './validate/violations.js';

const PAGE = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };

/** Reads policies and decides which is in force. */
export function policyService(
  context: HandlerContext,
  { policies, shadow }: Pick<Runtime, 'policies' | 'shadow'>,
): PolicyServiceServer {
  return {
    ...shadowCalls(context, policies, shadow),

    getActivePolicy: unary(context, 'read', (_request, { tenant }) => encodeActive(policies, tenant)),

    listPolicyVersions: unary(context, 'read', (request, { tenant }) => {
      const violations = new Violations();
      const size = pageSize(request.pageSize, PAGE, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const { history } = policies;
      const newestFirst = [...history.versions].reverse();
      const rows = newestFirst.slice(newestFirst.findIndex(({ version }) => version === after) + 1);
      const page = rows.slice(0, size);
      return {
        versions: page.map((kept) => encodeVersion(kept, history, tenant)),
        nextPageToken: page.length < rows.length ? pageToken(page.at(-1)!.version) : '',
      };
    }),

    getPolicyVersion: unary(context, 'admin', async ({ version: name, files: wanted }, { tenant }) => {
      const violations = new Violations();
      checkVersion('version', name, { violations, required: true });
      violations.throwIfAny();
      const { version, sources } = await policies.folder(name);
      wanted.forEach((file, i) => {
        if (!sources.some((source) => source.file === file))
          violations.add(`files[${i}]`, `the version has no file "${file.slice(0, 100)}"`);
      });
      violations.throwIfAny();
      const shown = sources.filter(({ file }) => wanted.length === 0 || wanted.includes(file));
      const kept = keptVersion(policies.history, version);
      return {
        version: kept && encodeVersion(kept, policies.history, tenant),
        files: shown.map(({ file, bytes }) => ({ file, content: Buffer.from(bytes) })),
      };
    }),

    diffPolicyVersions: unary(context, 'admin', async ({ fromVersion, toVersion }) => {
      const violations = new Violations();
      checkVersion('from_version', fromVersion, { violations, required: true });
      checkVersion('to_version', toVersion, { violations, required: false });
      violations.throwIfAny();
      const from = await policies.folder(fromVersion);
      const to = await policies.folder(toVersion === '' ? policies.policy.version : toVersion);
      return {
        fromVersion: from.version,
        toVersion: to.version,
        files: diffPolicies(diffedFiles(from), diffedFiles(to)).map(encodeFileDiff),
      };
    }),

    validatePolicy: unary(context, 'admin', ({ files }) => {
      const { version, faults } = policies.validate(decodeFiles(files));
      return { version, valid: faults.length === 0, faults: faults.map(encodeFault) };
    }),

    activatePolicyVersion: unary(context, 'admin', async (request, principal) => {
      const violations = new Violations();
      checkVersion('version', request.version, { violations, required: true });
      const change = decodeChange(request, principal, { violations, expects: 'optional' });
      await policies.activate(request.version, change);
      return { active: encodeActive(policies, principal.tenant) };
    }),

    rollBackPolicy: unary(context, 'admin', async (request, principal) => {
      const violations = new Violations();
      await policies.rollBack(decodeChange(request, principal, { violations, expects: 'required' }));
      return { active: encodeActive(policies, principal.tenant) };
    }),

    unpinPolicy: unary(context, 'admin', async (request, principal) => {
      const violations = new Violations();
      await policies.unpin(decodeChange(request, principal, { violations, expects: 'optional' }));
      return { active: encodeActive(policies, principal.tenant) };
    }),
  };
}

/** Kept versions were in force, so that every file of them is JSON. */
function diffedFiles({ version, files, sources, faults }: PolicyFolder): readonly DiffedFile[] {
  if (faults.length > 0)
    throw new SextantError('POLICY_REFUSED', `${version} can no longer be read`, { faults });
  const texts = new Map(sources.map(({ file, bytes }) => [file, Buffer.from(bytes).toString('utf8')]));
  return files.map(({ file, value }) => ({ file, value, text: texts.get(file)! }));
}
