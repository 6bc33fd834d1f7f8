import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { PresentEntry } from '../../entry-store.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { EntryState, StoreChange } from '../../types.ts';
import { isOwnName, ownName, type FirefoxLayout } from './layout.ts';
import { withInstall } from './policies.ts';
import {
  installedCertificates,
  readPolicyFile,
  whyNotChangeable,
  type InstalledCertificate,
} from './read.ts';

export interface PolicyStore {
  readonly ports: TrustStorePorts;
  readonly layout: FirefoxLayout;
}

export function trusting(der: Uint8Array): PresentEntry {
  return {
    kind: 'present',
    der: Buffer.from(der).toString('base64'),
    trust: 'servers',
    attributes: { file: ownName(sha256Hex(der)) },
  };
}

/** What the machine's file installs, by digest. Throws where it cannot be read. */
export async function allEntries({ ports, layout }: PolicyStore): Promise<ReadonlyMap<string, PresentEntry>> {
  const file = await readPolicyFile(ports, layout.machineFile);
  if (file.state === 'unreadable') throw new Error(file.detail);
  const entries = new Map<string, PresentEntry>();
  for (const { name, certificate } of await installedCertificates(ports, layout, file)) {
    if (certificate === null) continue;
    const before = entries.get(certificate.sha256);
    const attributes =
      before === undefined
        ? { file: ownNameOf(layout, name) ?? name }
        : { ...before.attributes, also: JSON.stringify([...alsoNamed(before), name]) };
    entries.set(certificate.sha256, { ...trusting(certificate.der), attributes });
  }
  return entries;
}

/** Names of further files with the same certificate: who takes it out takes out all of them, and who brings it back must too. */
function alsoNamed({ attributes }: PresentEntry): readonly string[] {
  const names: unknown = JSON.parse(attributes['also'] ?? '[]');
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function ownNameOf(layout: FirefoxLayout, name: string): string | null {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return name === `${layout.ownFolder}/${base}` && isOwnName(base) ? base : null;
}

/**
 * Names the file in the policy or takes its name out of it; Firefox imports at its next start. What it imported stays in the profiles'
 * databases afterwards: those are stores of their own.
 */
export async function put(
  store: PolicyStore,
  { sha256, state }: { sha256: string; state: EntryState },
): Promise<StoreChange> {
  const { ports, layout } = store;
  const mistake = mistakeIn(sha256, state);
  if (mistake !== null) return failed(mistake);
  const file = await readPolicyFile(ports, layout.machineFile);
  const listed = await installedCertificates(ports, layout, file);
  const present = listed.some(({ certificate }) => certificate?.sha256 === sha256);
  if (file.state !== 'unreadable' && present === (state.kind === 'present'))
    return { state: 'done', files: [], commands: [] };
  const refusal = await whyNotChangeable(ports, layout);
  if (refusal !== null) return failed(refusal);
  const files: string[] = [];
  try {
    if (state.kind === 'present') await install(store, { sha256, state, files });
    else await uninstall(store, { sha256, listed, files });
    return { state: 'done', files, commands: [] };
  } catch (error) {
    const reason = `${layout.ownFolder} could not be changed: ${messageOf(error)}. Is it on a read-only file system?`;
    return failed(reason, { files });
  }
}

function mistakeIn(sha256: string, state: EntryState): string | null {
  if (state.kind === 'absent') return null;
  if (state.trust !== 'servers')
    return 'A policy of Firefox adds anchors for servers and can do nothing else with them';
  const right = sha256Hex(Buffer.from(state.der, 'base64')) === sha256;
  return right ? null : `The certificate is not the one of the digest ${sha256.slice(0, 64)}`;
}

async function install(
  store: PolicyStore,
  { sha256, state, files }: { sha256: string; state: PresentEntry; files: string[] },
): Promise<void> {
  const { ports, layout } = store;
  const named = await namedBefore(store, { sha256, name: state.attributes['file'] ?? '' });
  const path = named ?? `${layout.ownFolder}/${ownName(sha256)}`;
  if (named === null) {
    await ports.makeDirectory(layout.ownFolder);
    const pem = Buffer.from(toPem(Buffer.from(state.der, 'base64')), 'latin1');
    await ports.writeFile(path, pem, { mode: 0o644 });
    files.push(path);
  }
  const also = alsoNamed(state).filter((name) => name !== path);
  const added = [path, ...also];
  await rewrite(store, {
    files,
    install: (names) => [...names.filter((name) => !added.includes(name)), ...added],
  });
}

/** A file of somebody else that still holds this certificate is named again, as it was. */
async function namedBefore(
  { ports, layout }: PolicyStore,
  { sha256, name }: { sha256: string; name: string },
): Promise<string | null> {
  if (name === '' || isOwnName(name)) return null;
  const policies = { install: [name], importsSystemRoots: false, document: {} };
  const file = { path: layout.machineFile, bytes: new Uint8Array(), reader: undefined };
  const asked = { state: 'read' as const, ...file, policies };
  const [found] = await installedCertificates(ports, layout, asked);
  return found?.certificate?.sha256 === sha256 ? name : null;
}

async function uninstall(
  store: PolicyStore,
  { sha256, listed, files }: { sha256: string; listed: readonly InstalledCertificate[]; files: string[] },
): Promise<void> {
  const { ports, layout } = store;
  const gone = listed.filter(({ certificate }) => certificate?.sha256 === sha256);
  const names = new Set(gone.map(({ name }) => name));
  await rewrite(store, { files, install: (before) => before.filter((name) => !names.has(name)) });
  for (const { name, path } of gone)
    if (path !== null && ownNameOf(layout, name) !== null && (await ports.removeFile(path))) files.push(path);
}

/** Every other key stays; the file is replaced as one, with its rights and owner. */
async function rewrite(
  { ports, layout }: PolicyStore,
  change: { files: string[]; install: (names: readonly string[]) => readonly string[] },
): Promise<void> {
  const path = layout.machineFile;
  const file = await readPolicyFile(ports, path);
  if (file.state === 'unreadable') throw new Error(file.detail);
  const policies = file.state === 'read' ? file.policies : null;
  const bytes = withInstall(policies, change.install(policies?.install ?? []));
  const [was] = await ports.identify([path]);
  if (bytes === null) await ports.removeFile(path);
  else await ports.writeFile(path, bytes, was == null ? { mode: 0o644 } : { mode: was.mode, owner: was });
  change.files.push(path);
}
