import { readFileSync } from 'node:fs';
import {
  credentials,
  Metadata,
  status,
  type CallOptions,
  type ChannelCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { context, propagation } from '@opentelemetry/api';
import { Option, type Command } from 'commander';
import { isLoopback } from '../config/bind.js';
import { PreconditionFailure } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';
import { unconnected } from './unconnected.js';

/** Flags of commands that call a running server. */
export interface ConnectionFlags {
  readonly address: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
}

/** Adds the flags that say which server is called, and as whom. */
export function withConnectionOptions(command: Command): Command {
  const address = new Option('-a, --address <host:port>', 'gRPC address of the server');
  return withCredentialOptions(command.addOption(address.env('SEXTANT_ADDRESS').default('127.0.0.1:50051')));
}

/** Adds the flags that say as whom a server is called, and over what. */
export const withCredentialOptions = (command: Command): Command =>
  command
    .option('--token-file <file>', 'file with the bearer token; else SEXTANT_TOKEN holds it')
    .option('--tls', "use TLS, with the system's authorities")
    .option('--tls-ca <file>', 'use TLS, with this authority (PEM)')
    .option('--tls-cert <file>', 'use TLS, and show this certificate (PEM); goes with --tls-key')
    .option('--tls-key <file>', 'the key of that certificate (PEM)')
    .option('--insecure', 'send the token without TLS beyond loopback, too');

/** Flags of commands that print what a server answers. */
export interface AnswerFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** The flags of a connection, and the form of the answer. */
export const withAnswerOptions = (command: Command): Command =>
  withConnectionOptions(command).option('--json', 'print the answer for machines');

/** A generated client's unary method, in its longest form. */
type Method<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

type UnaryOf<C, Name extends keyof C> =
  C[Name] extends Method<infer Request, infer Response>
    ? { readonly request: Request; readonly response: Response }
    : never;

/** Calls one method by its name. */
export type Call<C> = <Name extends keyof C>(
  name: Name,
  request: UnaryOf<C, Name>['request'],
) => Promise<UnaryOf<C, Name>['response']>;

interface Client {
  close(): void;
}

type ClientType<C extends Client> = new (address: string, credentials: ChannelCredentials) => C;

/** A change may fold the whole log anew under other half-lives. */
const DEADLINE_MS = 10 * 60_000;

/** A call that cannot be made as the flags and arguments say. */
export class ConnectionError extends Error {}

/** Makes one or more calls on a client, as whoever the flags name, and closes it. */
export async function withClient<C extends Client, T>(
  type: ClientType<C>,
  flags: ConnectionFlags,
  work: (call: Call<C>) => Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const metadata = new Metadata();
  const token = readToken(flags);
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  // Without a tracing SDK this adds nothing.
  propagation.inject(context.active(), metadata, { set: (carrier, key, value) => carrier.set(key, value) });
  const credential = credentialsOf(flags, token !== undefined);
  const client = new type(flags.address, credential);
  const call = <Name extends keyof C>(name: Name, request: UnaryOf<C, Name>['request']) =>
    new Promise<UnaryOf<C, Name>['response']>((resolve, reject) => {
      const method = client[name] as Method<typeof request, UnaryOf<C, Name>['response']>;
      const options = { deadline: Date.now() + deadlineMs };
      method.call(client, request, metadata, options, (error, response) =>
        error === null
          ? resolve(response)
          : reject(unconnected(error, flags.address, credential._isSecure())),
      );
    });
  try {
    return await work(call);
  } finally {
    client.close();
  }
}

function readToken({ tokenFile }: ConnectionFlags): string | undefined {
  const token =
    tokenFile === undefined ? process.env['SEXTANT_TOKEN'] : readFile('--token-file', tokenFile).trim();
  return token === '' ? undefined : token;
}

function credentialsOf(flags: ConnectionFlags, hasToken: boolean): ChannelCredentials {
  const { tls, tlsCa, tlsCert, tlsKey } = flags;
  if (tls || tlsCa !== undefined || tlsCert !== undefined || tlsKey !== undefined) return tlsOf(flags);
  const host = flags.address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (hasToken && !flags.insecure && !isLoopback(host)) {
    throw new ConnectionError(
      `the token would go to ${host} without TLS: give --tls, --tls-ca or --insecure`,
    );
  }
  return credentials.createInsecure();
}

function tlsOf({ tlsCa, tlsCert, tlsKey }: ConnectionFlags): ChannelCredentials {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const [given, other] = tlsKey === undefined ? ['--tls-cert', '--tls-key'] : ['--tls-key', '--tls-cert'];
    throw new ConnectionError(`${given} goes with ${other}, which is not given`);
  }
  const read = (option: string, path: string | undefined): Buffer | null =>
    path === undefined ? null : Buffer.from(readFile(option, path));
  const [ca, key, cert] = [
    read('--tls-ca', tlsCa),
    read('--tls-key', tlsKey),
    read('--tls-cert', tlsCert),
  ] as const;
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (cause) {
    const given = [ca && '--tls-ca', cert && '--tls-cert', key && '--tls-key'].filter(Boolean).join(', ');
    throw new ConnectionError(`${given}: no TLS can be made of it: ${(cause as Error).message}`, { cause });
  }
}

/** @param option whose file it is. */
function readFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConnectionError(`${option} ${path}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Runs a command that calls a server; a refusal is told in full on standard error, with exit code 1. */
export async function calling(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const lines = error instanceof ConnectionError ? [error.message] : refusalLines(error);
    for (const line of lines) console.error(line);
    process.exitCode = 1;
  }
}

/** @throws what was thrown, where it is no refusal of a server. */
function refusalLines(error: unknown): readonly string[] {
  const { code, details, metadata } = error as Partial<ServiceError>;
  if (code === undefined || details === undefined) throw error;
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  const violations = Buffer.isBuffer(bytes)
    ? Status.decode(bytes)
        .details.filter(({ typeUrl }) => typeUrl.endsWith('/google.rpc.PreconditionFailure'))
        .flatMap(({ value }) => PreconditionFailure.decode(value).violations)
    : [];
  return [
    ...violations.map(({ subject, description }) => `${subject}: ${description}`),
    `${status[code]}: ${details}`,
  ];
}
