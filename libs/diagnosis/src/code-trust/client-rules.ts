import type { ClientName, CodeFinding } from '@trustfleet/protocol';
import type { CodeTrust } from './code-trust.ts';

/** Of which client's calls a finding speaks, and how. */
export interface Speaks extends Pick<CodeTrust, 'argument' | 'place'> {
  readonly clients: readonly ClientName[];
}

const API: readonly ClientName[] = ['shotgun_api3.crud', 'shotgun_api3.form', 'shotgun_api3.s3'];
/** What is called with `ca_certs=`; the same argument of another function is anybody's. */
const CA_CERTS: Readonly<Record<string, readonly ClientName[]>> = {
  Shotgun: API,
  Http: ['httplib2'],
  PoolManager: ['urllib3'],
  ProxyManager: ['urllib3'],
  HTTPSConnectionPool: ['urllib3'],
};
const CONTEXTS: Readonly<Record<string, readonly ClientName[]>> = {
  create_default_context: ['ssl'],
  urlopen: ['ssl'],
};
const OF_BOTO3 = ['client', 'resource'];

type Choose = (call: string) => Speaks | null;

const called =
  (argument: string, by: Readonly<Record<string, readonly ClientName[]>>): Choose =>
  (call) => {
    const clients = Object.hasOwn(by, call) ? by[call] : undefined;
    return clients === undefined ? null : { argument, place: 'call', clients };
  };
const verify: Choose = (call) => ({
  argument: 'verify',
  place: 'call',
  clients: OF_BOTO3.includes(call) ? ['boto3'] : ['requests'],
});
const session: Choose = () => ({ argument: 'verify', place: 'session', clients: ['requests'] });
const always =
  (argument: string, ...clients: readonly ClientName[]): Choose =>
  () => ({ argument, place: 'call', clients });
const certNone: Choose = (call) => ({
  argument: 'cert_reqs',
  place: 'call',
  clients: CA_CERTS[call]?.includes('urllib3') === true ? ['urllib3'] : ['ssl'],
});

/**
 * By the rule that found it. What is not here says nothing of a client that is judged: a context that is filled later
 * (load_verify_locations) may hold the defaults too, a name that is not checked leaves the rest on, and variables are no argument.
 */
const BY_RULE: Readonly<Record<string, Choose>> = {
  verifyFalse: verify,
  verifyPath: verify,
  sessionVerifyFalse: session,
  sessionVerifyPath: session,
  unverifiedContext: always('context', 'ssl'),
  certNone,
  certificateValidationOff: always('disable_ssl_certificate_validation', 'httplib2'),
  // Uploads take Python's default store instead (shotgun.py 3.4.0 – 3.8.2, `_build_opener`).
  noSslValidation: always('no_ssl_validation', 'shotgun_api3.crud'),
  caCertsArgument: called('ca_certs', CA_CERTS),
  cafileArgument: called('cafile', CONTEXTS),
};

/** Null where it is about none of the clients that are judged. */
export function speaksOf({ rule, call }: Pick<CodeFinding, 'rule' | 'call'>): Speaks | null {
  return Object.hasOwn(BY_RULE, rule) ? (BY_RULE[rule]?.(call ?? '') ?? null) : null;
}
