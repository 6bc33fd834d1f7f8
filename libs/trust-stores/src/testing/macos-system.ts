import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { pemToDer, sha256Hex, toPem } from '@trustfleet/certificates';
import { createTrustStores, type StoreHandle } from '../index.ts';
import type { StoreRunRequest, StoreRunResult, TrustStorePorts } from '../ports.ts';
import { makeTestHost, type TestHost } from './host.ts';
import { ranTo, rootedPorts } from './rooted-ports.ts';

/**
 * A stand-in for macOS, never run on macOS: `security` and `profiles` answer with recordings that were written by hand after Apple's
 * documentation (security(1), profiles(1), SecTrustSettingsCopyTrustSettings) and after what open projects show of their output.
 */
export interface MacosSystem {
  readonly host: TestHost;
  readonly ports: TrustStorePorts;
  readonly store: StoreHandle;
  /** argv of every tool that ran. */
  readonly ran: string[][];
  /** PEM by keychain; the stand-in for the System keychain changes as the commands say. */
  readonly keychains: { roots: string[]; system: string[] };
  /** `trustList` of the admin domain; null: there are no settings. */
  settings: Map<string, string> | null;
  /** What `profiles` prints. */
  profiles: string;
  /** Replaces the answer to a sub-command of `security`. */
  readonly answers: Map<string, StoreRunResult>;
}

export const ROOTS = '/System/Library/Keychains/SystemRootCertificates.keychain';
export const SYSTEM = '/Library/Keychains/System.keychain';
const HEADER =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';

export const sha1Of = (pem: string): string =>
  createHash('sha1').update(pemToDer(pem)).digest('hex').toUpperCase();

/** One usage constraint, as `trust-settings-export` writes it. */
export function rule(fields: Readonly<Record<string, string>>): string {
  const body = Object.entries(fields).map(([key, value]) => `<key>kSecTrustSettings${key}</key>${value}`);
  return `<dict>${body.join('\n')}</dict>`;
}

/** 1.2.840.113635.100.1.3, its bytes in base64. */
export const SSL = {
  Policy: '<data>\n\t\t\t\t\tKoZIhvdjZAED\n\t\t\t\t\t</data>',
  PolicyName: '<string>sslServer</string>',
};
export const SMIME = { Policy: '<data>KoZIhvdjZAEI</data>', PolicyName: '<string>SMIME</string>' };
export const result = (value: number) => ({ Result: `<integer>${value}</integer>` });

function settingsFile(list: ReadonlyMap<string, string>): string {
  const entries = [...list].map(
    ([sha1, rules]) =>
      `<key>${sha1}</key><dict><key>issuerName</key><data>MAA=</data><key>modDate</key><date>2026-03-01T09:30:00Z</date><key>serialNumber</key><data>AQ==</data>${rules}</dict>`,
  );
  return `${HEADER}<plist version="1.0"><dict><key>trustList</key><dict>${entries.join('\n')}</dict><key>trustVersion</key><integer>1</integer></dict></plist>\n`;
}

export const trustRules = (...rules: readonly string[]): string =>
  `<key>trustSettings</key><array>${rules.join('\n')}</array>`;

export async function makeMacos(version: string): Promise<MacosSystem> {
  const host = makeTestHost('');
  host.put(
    '/System/Library/CoreServices/SystemVersion.plist',
    `${HEADER}<plist version="1.0"><dict><key>ProductName</key><string>macOS</string><key>ProductVersion</key><string>${version}</string></dict></plist>\n`,
  );
  host.put('/usr/bin/security', '');
  host.put('/private/var/root/.keep', '');
  const { chmodSync } = await import('node:fs');
  chmodSync(host.at('/usr/bin/security'), 0o755);
  const state = {
    host,
    ran: [] as string[][],
    keychains: { roots: [] as string[], system: [] as string[] },
    settings: null as Map<string, string> | null,
    profiles: `${HEADER}<plist version="1.0"><dict/></plist>\n`,
    answers: new Map<string, StoreRunResult>(),
  };
  const ports: TrustStorePorts = {
    ...rootedPorts(host, {
      '/usr/bin/security': (request) => security(system, request),
      '/usr/bin/profiles': (request) => {
        state.ran.push([...request.argv]);
        return ranTo(0, system.profiles);
      },
    }),
    platform: 'macos',
  };
  const system = Object.assign(state, { ports }) as unknown as MacosSystem & { store: StoreHandle };
  const [store] = await createTrustStores(ports).list();
  if (store === undefined) throw new Error('no store');
  return Object.assign(system, { store });
}

function security(system: MacosSystem, { argv }: StoreRunRequest): StoreRunResult {
  system.ran.push([...argv]);
  const [, command = ''] = argv;
  const last = argv.at(-1) ?? '';
  const answer = system.answers.get(command);
  if (answer !== undefined) return answer;
  const commands: Readonly<Record<string, () => StoreRunResult>> = {
    'find-certificate': () =>
      findCertificate(last === ROOTS ? system.keychains.roots : system.keychains.system),
    'trust-settings-export': () => exportSettings(system, argv.includes('-d') ? system.settings : null, last),
    'add-trusted-cert': () => {
      const pem = readFileSync(system.host.at(last), 'utf8');
      if (!system.keychains.system.includes(pem)) system.keychains.system.push(pem);
      system.settings ??= new Map();
      system.settings.set(sha1Of(pem), trustRules(rule({ ...SSL, ...result(1) })));
      return ranTo(0);
    },
    'remove-trusted-cert': () => {
      const removed = system.settings?.delete(sha1Of(readFileSync(system.host.at(last), 'utf8'))) ?? false;
      if (system.settings?.size === 0) system.settings = null;
      return removed
        ? ranTo(0)
        : ranTo(1, '', 'SecTrustSettingsRemoveTrustSettings: No Trust Settings were found.\n');
    },
    'delete-certificate': () => {
      const at = system.keychains.system.findIndex((pem) => sha1Of(pem) === argv[3]);
      if (at === -1) return ranTo(1, '', 'Unable to delete certificate matching "…"\n');
      system.keychains.system.splice(at, 1);
      return ranTo(0);
    },
  };
  return commands[command]?.() ?? ranTo(2, '', `Unknown command ${command}\n`);
}

/** Output of `find-certificate -a -Z -p`. */
function findCertificate(keychain: readonly string[]): StoreRunResult {
  if (keychain.length === 0)
    return ranTo(
      44,
      '',
      'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.\n',
    );
  return ranTo(
    0,
    keychain
      .map((pem) => {
        const der = pemToDer(pem);
        return `SHA-256 hash: ${sha256Hex(der).toUpperCase()}\nSHA-1 hash: ${sha1Of(pem)}\n${toPem(der)}`;
      })
      .join(''),
  );
}

function exportSettings(
  system: MacosSystem,
  list: ReadonlyMap<string, string> | null,
  path: string,
): StoreRunResult {
  if (list === null)
    return ranTo(1, '', 'SecTrustSettingsCreateExternalRepresentation: No Trust Settings were found.\n');
  writeFileSync(system.host.at(path), settingsFile(list));
  return ranTo(0, '...Trust Settings exported successfully.\n');
}
