import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/config/config.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect } from './clients.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';
import { sha256 } from './token-config.js';

/** Who may call what. An RPC that is not here fails the suite, so that none is forgotten. */
const ROLE_OF: Readonly<Record<string, Role>> = {
  'SelectionService/Select': 'select',
  'SelectionService/SelectBatch': 'select',
  'SelectionService/Explain': 'select',
  'SelectionService/AnalyzeComplexity': 'select',
  'SelectionService/EstimateCost': 'select',
  'OutcomeService/Report': 'report',
  'OutcomeService/ReportBatch': 'report',
  'OutcomeService/ReportStream': 'report',
  'RegistryService/CreateModel': 'admin',
  'RegistryService/GetModel': 'read',
  'RegistryService/ListModels': 'read',
  'RegistryService/UpdateModel': 'admin',
  'RegistryService/DeleteModel': 'admin',
  'PolicyService/GetActivePolicy': 'read',
  'PolicyService/ListPolicyVersions': 'read',
  'PolicyService/GetPolicyVersion': 'admin',
  'PolicyService/DiffPolicyVersions': 'admin',
  'PolicyService/ValidatePolicy': 'admin',
  'PolicyService/ActivatePolicyVersion': 'admin',
  'PolicyService/RollBackPolicy': 'admin',
  'PolicyService/UnpinPolicy': 'admin',
  'PolicyService/StartShadow': 'admin',
  'PolicyService/StopShadow': 'admin',
  'PolicyService/GetShadow': 'read',
  'InsightService/ListPosteriors': 'read',
  'InsightService/ListReportRates': 'read',
  'InsightService/ReviewPrompts': 'read',
  'InsightService/ListModelHealth': 'read',
  'InsightService/ListDrift': 'read',
  'InsightService/ListTimeSeries': 'read',
  'InsightService/ListAnnotations': 'read',
  'InsightService/GetServerStatus': 'read',
  'EvaluationService/EvaluatePolicy': 'read',
  'EvaluationService/ComparePolicies': 'read',
  'ExperimentService/StartExperiment': 'admin',
  'ExperimentService/RampExperiment': 'admin',
  'ExperimentService/StopExperiment': 'admin',
  'ExperimentService/GetExperimentResult': 'read',
  'ExperimentService/ListExperiments': 'read',
  'ExperimentService/CompareExperimentModels': 'read',
  'PromotionService/StartPromotion': 'admin',
  'PromotionService/GetPromotion': 'read',
  'PromotionService/ListPromotions': 'read',
  'PromotionService/AbortPromotion': 'admin',
  'AuditService/ListAuditEntries': 'admin',
  'PromptService/CreatePrompt': 'admin',
  'PromptService/GetPrompt': 'read',
  'PromptService/ListPrompts': 'read',
  'PromptService/ApprovePrompt': 'admin',
  'PromptService/RetirePrompt': 'admin',
  'PromptService/DeletePrompt': 'admin',
  'AdminService/Backup': 'admin',
  'AdminService/Compact': 'admin',
};

/** In no file of the server: whoever reads it in an answer reads what another tenant did. */
const SECRET_USE_CASE = 'zebra-quilt';
const tokenOf = (name: string): string => `secret of ${name}`;

interface Method {
  readonly path: string;
  readonly isStream: boolean;
}

let server: BuiltServer;
let client: Client;
let methods: readonly Method[] = [];
const expired: string[] = [];

beforeAll(async () => {
  const folder = newFolder();
  const keys = await generateKeyPair('ES256', { extractable: true });
  const jwksFile = join(folder, 'keys.json');
  const key = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256' };
  writeFileSync(jwksFile, JSON.stringify({ keys: [key] }));
  const jwt = { issuer: 'https://issuer.example', audience: 'sextant', jwksFile };
  const token = new SignJWT({ sub: 'late', tenant: 'acme', roles: [...ROLES] })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setExpirationTime(Math.floor(Date.now() / 1_000) - 3_600);
  expired.push(await token.sign(keys.privateKey));
  const tokens = [...ROLES.map((role) => [role, [role]] as const), ['globex', [...ROLES]] as const].map(
    ([name, roles]) => ({
      sha256: sha256(tokenOf(name)),
      principal: name,
      tenant: name === 'globex' ? 'globex' : 'acme',
      roles,
    }),
  );
  const config = join(folder, 'sextant.yaml');
  writeFileSync(config, JSON.stringify({ auth: { tokens, jwt } }));
  const settings = { 'backup.path': join(folder, 'backups') };
  server = await startServer({ rulesPath: policyFolder(SOUND), config, settings });
  client = new Client(server.address, credentials.createInsecure());
  methods = declaredMethods();
});

afterAll(() => client?.close());

function declaredMethods(): Method[] {
  const bytes = readFileSync(join(PROJECT_ROOT, 'build/descriptors.binpb'));
  const { file } = fromBinary(FileDescriptorSetSchema, bytes);
  return file
    .filter((declared) => declared.package === 'sextant.v1')
    .flatMap(({ service }) => service)
    .flatMap(({ name, method }) =>
      method.map((declared) => ({
        path: `${name}/${declared.name}`,
        isStream: declared.clientStreaming || declared.serverStreaming,
      })),
    );
}

interface Answer {
  readonly code: string;
  readonly bytes: Buffer;
}

/** Calls a method with an empty message. */
function call({ path, isStream }: Method, token?: string): Promise<Answer> {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const options = { deadline: Date.now() + 20_000 };
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, bytes: Buffer = Buffer.alloc(0)): void =>
      resolve({ code: status[error?.code ?? status.OK], bytes });
    const full = `/sextant.v1.${path}`;
    if (!isStream) {
      client.makeUnaryRequest(full, same, same, Buffer.alloc(0), metadata, options, done);
      return;
    }
    const stream = client.makeBidiStreamRequest(full, same, same, metadata, options);
    stream.on('data', () => undefined);
    stream.on('error', (error) => done(error as ServiceError));
    stream.on('end', () => done(null));
    stream.end();
  });
}

const codes = async (token?: string): Promise<Record<string, string>> => {
  const answers: Record<string, string> = {};
  for (const method of methods) answers[method.path] = (await call(method, token)).code;
  return answers;
};

const all = (code: string): Record<string, string> =>
  Object.fromEntries(methods.map(({ path }) => [path, code]));

describe('every RPC of the contract', () => {
  it('has a role', () => {
    expect(methods.map(({ path }) => path).sort()).toEqual(Object.keys(ROLE_OF).sort());
  });

  it('is UNAUTHENTICATED without a token, with one that nobody has, and with one that has expired', async () => {
    for (const token of [undefined, 'guess', 'a.b.c', ...expired])
      expect(await codes(token)).toEqual(all('UNAUTHENTICATED'));
  });

  it.each(ROLES)(
    'is PERMISSION_DENIED to the role %s where it is another’s, and let in where it is its own',
    async (role) => {
      const answers = await codes(tokenOf(role));
      for (const { path } of methods) {
        const isOwn = ROLE_OF[path] === role;
        expect(answers[path] === 'PERMISSION_DENIED', `${path} for ${role}: ${answers[path]}`).toBe(!isOwn);
        expect(answers[path], path).not.toBe('UNAUTHENTICATED');
        expect(answers[path], path).not.toBe('INTERNAL');
      }
    },
  );

  it('tells one tenant nothing of what another did', async () => {
    const [selecting, reporting] = (['select', 'report'] as const).map((role) =>
      connect(server.address, { token: tokenOf(role) }),
    );
    for (let i = 0; i < 5; i++) {
      const { ticket } = await selecting!.select(ask(SECRET_USE_CASE));
      await reporting!.report({ ticket, attempts: [wentWell()] });
    }
    selecting!.close();
    reporting!.close();
    const method = { path: 'InsightService/ListPosteriors', isStream: false };
    expect((await call(method, tokenOf('read'))).bytes.toString('latin1')).toContain(SECRET_USE_CASE);
    for (const each of methods) {
      const { bytes } = await call(each, tokenOf('globex'));
      expect(bytes.toString('latin1'), each.path).not.toContain(SECRET_USE_CASE);
    }
  });
});
