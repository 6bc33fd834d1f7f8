import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  daysLeft,
  loadAuthority,
  makeCertificate,
  readKeyed,
  writeKeyed,
  type KeyedCertificate,
} from './authority-file.ts';
import { makePrivateDirectory, readIfPresent, writePrivateFile } from './private-files.ts';

/** All secrets of the fleet: made at the first start, 0600 in `<dataDir>/keys`. */
export interface FleetKeys {
  /** The server's Ed25519 key: signs challenges, orders (where no approver keys are on) and jobs. */
  readonly serverKey: KeyObject;
  readonly authority: KeyedCertificate;
  /** Served on the agents' port. */
  readonly agentTls: KeyedCertificate;
  /** Signs the browsers' session cookies. */
  readonly sessionSecret: string;
}

const TLS_DAYS = 825;
/** Renewed at the first start within this time of its end. */
const RENEW_DAYS = 275;

async function loadServerKey(path: string): Promise<KeyObject> {
  const present = await readIfPresent(path);
  if (present !== null) return createPrivateKey(present);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}

async function loadSessionSecret(path: string): Promise<string> {
  const present = await readIfPresent(path);
  if (present !== null) return present.trim();
  const secret = randomBytes(32).toString('base64url');
  await writePrivateFile(path, `${secret}\n`);
  return secret;
}

/** Names and addresses by which agents reach this machine. */
export function agentNames(publicUrl: URL | null): {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
} {
  const publicName = publicUrl?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const names = [...new Set([publicName, 'localhost', hostname().toLowerCase(), '127.0.0.1', '::1'])].filter(
    (name) => name !== '',
  );
  const isName = (name: string) => /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(name);
  return {
    dnsNames: names.filter((name) => isIP(name) === 0 && isName(name)),
    ipAddresses: names.filter((name) => isIP(name) !== 0),
  };
}

function stillGood(
  present: KeyedCertificate,
  wanted: { authority: KeyedCertificate; publicUrl: URL | null; now: Date },
): boolean {
  const certificate = new X509Certificate(present.der);
  const { dnsNames, ipAddresses } = agentNames(wanted.publicUrl);
  return (
    daysLeft(present, wanted.now) > RENEW_DAYS &&
    certificate.checkIssued(new X509Certificate(wanted.authority.der)) &&
    dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    ipAddresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

async function loadAgentTls(
  path: string,
  wanted: { authority: KeyedCertificate; publicUrl: URL | null; now: Date },
): Promise<KeyedCertificate> {
  const present = await readKeyed(path);
  if (present !== null && stillGood(present, wanted)) return present;
  const made = await makeCertificate({
    commonName: 'Trustfleet agent port',
    profile: { kind: 'server', ...agentNames(wanted.publicUrl) },
    days: TLS_DAYS,
    issuer: wanted.authority,
    now: wanted.now,
  });
  await writeKeyed(path, made);
  return made;
}

/** Reads the fleet's secrets and makes those that are not there; renews the agent port's certificate when it is due. */
export async function loadFleetKeys(options: {
  readonly dataDir: string;
  readonly publicUrl: URL | null;
  readonly now: Date;
}): Promise<FleetKeys> {
  const directory = join(options.dataDir, 'keys');
  await makePrivateDirectory(directory);
  const authority = await loadAuthority(join(directory, 'fleet-ca.pem'), {
    commonName: 'Trustfleet fleet CA',
    now: options.now,
  });
  return {
    serverKey: await loadServerKey(join(directory, 'server-ed25519.pem')),
    authority,
    agentTls: await loadAgentTls(join(directory, 'agent-tls.pem'), { ...options, authority }),
    sessionSecret: await loadSessionSecret(join(directory, 'session-secret')),
  };
}
