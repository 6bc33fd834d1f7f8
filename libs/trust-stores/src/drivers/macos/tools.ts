import { randomUUID } from 'node:crypto';
import { parseBundle } from '@trustfleet/certificates';
import type { StoreRunResult, TrustStorePorts } from '../../ports.ts';
import { type MacosLayout, PROFILES, SECURITY } from './layout.ts';
import { dictionary, PropertyListError, readPropertyList } from './property-list.ts';
import { parseTrustSettings, type TrustSettings } from './trust-settings.ts';

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** No login keychain is searched, and none opened: the tool would look into HOME for them. */
const ENV = { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: '/var/empty' };

export type Reading<T> = { readonly value: T } | { readonly problem: string };

export interface KeychainCertificate {
  readonly sha256: string;
  readonly der: Uint8Array;
}

export async function run(
  ports: TrustStorePorts,
  argv: readonly [string, ...string[]],
  signal?: AbortSignal,
): Promise<StoreRunResult> {
  const limits = { timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_OUTPUT_BYTES };
  return await ports.runProgram({ argv, env: ENV, ...limits, signal });
}

/** `security find-certificate -a -Z -p <keychain>`: PEM between lines of digests. Never without the keychain's name, which would mean all. */
export async function readKeychain(
  ports: TrustStorePorts,
  keychain: string,
): Promise<Reading<readonly KeychainCertificate[]>> {
  const result = await run(ports, [SECURITY, 'find-certificate', '-a', '-Z', '-p', keychain]);
  const { certificates, problems } = parseBundle(result.stdout);
  // The tool fails where there is not one certificate.
  if (result.state === 'exited' && isEmpty(result)) return { value: [] };
  if (result.state !== 'exited' || result.exitCode !== 0) return { problem: problemOf(keychain, result) };
  const [broken] = problems;
  if (broken !== undefined && certificates.length === 0)
    return {
      problem: `${keychain} gives no certificate that can be read (line ${broken.line}: ${broken.reason})`,
    };
  const unique = new Map(certificates.map(({ sha256, der }) => [sha256, { sha256, der }]));
  return { value: [...unique.values()] };
}

function isEmpty(result: StoreRunResult): boolean {
  return result.exitCode !== 0 && textOf(result).includes('could not be found in the keychain');
}

/** The trust settings of the machine (`-d`) or of the maker (`-s`). None at all is an empty map. */
export async function readTrustSettings(
  ports: TrustStorePorts,
  layout: MacosLayout,
  domain: '-d' | '-s',
): Promise<Reading<TrustSettings>> {
  const path = `${layout.scratch}/.trustfleet-trust-settings-${randomUUID()}.plist`;
  try {
    const result = await run(ports, [SECURITY, 'trust-settings-export', domain, path]);
    if (textOf(result).includes('No Trust Settings were found')) return { value: new Map() };
    if (result.state !== 'exited' || result.exitCode !== 0)
      return { problem: problemOf(`The trust settings (${domain})`, result) };
    const read = await ports.readFile(path);
    if (read.state !== 'read') return { problem: read.detail };
    return { value: parseTrustSettings(read.bytes) };
  } catch (error) {
    if (!(error instanceof PropertyListError)) throw error;
    return {
      problem: `The trust settings (${domain}) are no property list that can be read: ${error.message}`,
    };
  } finally {
    await ports.removeFile(path);
  }
}

const CERTIFICATE_PAYLOADS: ReadonlySet<string> = new Set([
  'com.apple.security.root',
  'com.apple.security.pem',
  'com.apple.security.pkcs1',
]);
const MAX_DEPTH = 12;

/**
 * Digests of the certificates that configuration profiles installed, as far as `profiles` shows their bytes: it is not documented to, so an
 * anchor of a profile can still read as put there by an administrator.
 */
export async function readPolicyCertificates(ports: TrustStorePorts): Promise<ReadonlySet<string>> {
  const result = await run(ports, [PROFILES, 'show', '-type', 'configuration', '-output', 'stdout-xml']);
  const found = new Set<string>();
  if (result.state !== 'exited' || result.exitCode !== 0) return found;
  try {
    collect(readPropertyList(result.stdout), { found, inside: false, depth: 0 });
  } catch (error) {
    // What it shows is no part of any contract of Apple's: unreadable is the same as silent.
    if (!(error instanceof PropertyListError)) throw error;
  }
  return found;
}

interface Walk {
  readonly found: Set<string>;
  /** Below a payload that holds a certificate. */
  readonly inside: boolean;
  readonly depth: number;
}

function collect(value: ReturnType<typeof readPropertyList>, walk: Walk): void {
  if (walk.depth > MAX_DEPTH) return;
  const deeper = { ...walk, depth: walk.depth + 1 };
  if (value instanceof Uint8Array) {
    if (walk.inside) for (const sha256 of digestsOf(value)) walk.found.add(sha256);
  } else if (Array.isArray(value)) for (const item of value) collect(item, deeper);
  else {
    const fields = dictionary(value);
    if (fields === null) return;
    const type = fields['PayloadType'];
    const inside = typeof type === 'string' ? CERTIFICATE_PAYLOADS.has(type) : walk.inside;
    for (const item of Object.values(fields)) collect(item, { ...deeper, inside });
  }
}

function digestsOf(bytes: Uint8Array): readonly string[] {
  const parsed = parseBundle(bytes);
  if (parsed.state !== 'der') return parsed.anchors;
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----\n`;
  return parseBundle(Buffer.from(pem, 'latin1')).certificates.map(({ sha256 }) => sha256);
}

export function problemOf(what: string, result: StoreRunResult): string {
  const last = textOf(result).trim().split('\n').at(-1) ?? '';
  return `${what} could not be read: ${result.reason ?? 'the tool failed'}${last === '' ? '' : ` (${last})`}`;
}

export function textOf(result: StoreRunResult): string {
  return Buffer.from(result.stderr).toString('utf8');
}
