import { setTimeout } from 'node:timers/promises';
import { CertificateParseError, encoded, readCertificateFields, sha256Hex } from '@trustfleet/certificates';
import { clip, type StoreEntry } from '@trustfleet/protocol';
import type { TrustStorePorts } from '../../ports.ts';
import type { Made } from '../../reading-cache.ts';
import type { StoreReading } from '../../types.ts';
import {
  parseCertificates,
  parseKeyIds,
  trustOf,
  type NssCertificate,
  type NssDatabase,
} from './database.ts';
import { accountOf, type NssPlace } from './layout.ts';
import { whyNotChangeable } from './rights.ts';
import { holdsPages, SqliteFormatError } from './sqlite.ts';

/** Firefox' own have a few MiB. Several are read at once, and their owners choose how large they are. */
const MAX_DATABASE_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 5000;
/** A program that changes the database has a journal beside it for some milliseconds. */
const TRIES = 10;
const TRY_AGAIN_MS = 100;

export type DatabaseReading =
  | (NssDatabase & { readonly state: 'read' })
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

/** The database as it stands between two changes. Failures are states. */
export async function readDatabase(ports: TrustStorePorts, place: NssPlace): Promise<DatabaseReading> {
  if (place.kind === 'dbm')
    return {
      state: 'unreadable',
      detail: `${place.path} holds only cert8.db, which NSS reads no more since 2018: start its program once, so that it makes cert9.db of it`,
    };
  const read = await readSettled(ports, place);
  if (read.state !== 'read') return read;
  try {
    return { state: 'read', ...parseCertificates(read.bytes) };
  } catch (error) {
    if (!(error instanceof SqliteFormatError)) throw error;
    return {
      state: 'unreadable',
      detail: `${place.path}/cert9.db is broken (${error.message}): close its program and move the file away, a new one is made`,
    };
  }
}

type FileReading =
  | { readonly state: 'read'; readonly bytes: Uint8Array }
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

/** SQLite writes in place and keeps the old pages in a journal: the file is whole where there is none to be played back. */
async function readSettled(ports: TrustStorePorts, place: NssPlace): Promise<FileReading> {
  const path = `${place.path}/cert9.db`;
  const how = { asUser: accountOf(ports, place.user), maxBytes: MAX_DATABASE_BYTES };
  const look = async (): Promise<string> => {
    const found = await ports.identify([path, `${path}-journal`, `${path}-wal`]);
    return found.map((file) => file?.identity ?? 'missing').join(' ');
  };
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await setTimeout(TRY_AGAIN_MS);
    const before = await look();
    if (await isBeingChanged(ports, { path, how })) continue;
    const read = await ports.readFile(path, how);
    if (read.state === 'missing') return { state: 'missing', detail: read.detail };
    if (read.state !== 'read') return { state: 'unreadable', detail: read.detail };
    if ((await look()) === before) return { state: 'read', bytes: read.bytes };
  }
  return {
    state: 'unreadable',
    detail: `${path} is being changed, or a change of it was cut off (there is a journal beside it): start its program once, or read it again later`,
  };
}

/** A journal that was cut off before its first page was safe has changed nothing, and SQLite lets it lie (sqlite.org/fileformat2.html §3). */
async function isBeingChanged(
  ports: TrustStorePorts,
  of: { path: string; how: Parameters<TrustStorePorts['readFile']>[1] },
): Promise<boolean> {
  const [journal, log] = await ports.identify([`${of.path}-journal`, `${of.path}-wal`]);
  if (log != null) return true;
  if (journal == null) return false;
  const read = await ports.readFile(`${of.path}-journal`, of.how);
  return read.state === 'read' ? holdsPages(read.bytes) : read.state !== 'missing';
}

/** CKA_ID of the private keys beside the certificates; none where there is no such file. Throws where it cannot be read. */
export async function readKeyIds(ports: TrustStorePorts, place: NssPlace): Promise<ReadonlySet<string>> {
  const path = `${place.path}/key4.db`;
  const read = await ports.readFile(path, {
    asUser: accountOf(ports, place.user),
    maxBytes: MAX_DATABASE_BYTES,
  });
  if (read.state === 'missing') return new Set();
  if (read.state !== 'read') throw new Error(read.detail);
  return parseKeyIds(read.bytes);
}

export async function readStore(
  ports: TrustStorePorts,
  { place, left }: { place: NssPlace; left: number },
): Promise<StoreReading> {
  const file = `${place.path}/cert9.db`;
  const make = async (): Promise<Made<Contents>> => ({
    value: contentsOf(await readDatabase(ports, place), place),
    paths: [file, `${file}-journal`, `${file}-wal`],
  });
  const { database, certificates, entries, anchors } =
    ports.readings === undefined
      ? (await make()).value
      : await ports.readings.derived(ports, `nss ${place.path}`, make);
  const problems = database.state === 'read' ? database.problems.slice(0, 32) : [];
  const cut = left === 0 ? [] : [`${left} more databases of NSS were found on this machine and not read`];
  return {
    store: {
      id: place.id,
      driver: 'nss',
      operatingSystem: false,
      name: clip(place.name, 512),
      bundle: {
        path: place.path,
        realPath: null,
        state: database.state,
        detail: database.state === 'read' ? null : clip(database.detail, 512),
        sha256: database.state === 'read' ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
        size: null,
        anchors: [...anchors],
        problems: [],
        opensslAccepts: database.state === 'read',
      },
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: await whyNotChangeable(ports, place),
      user: place.user === null ? null : clip(place.user.name, 512),
      entries: [...entries],
      problems: [...cut, ...problems],
    },
    certificates,
    watch: [file],
  };
}

interface Contents {
  readonly database: DatabaseReading;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly entries: readonly StoreEntry[];
  readonly anchors: readonly string[];
}

function contentsOf(database: DatabaseReading, place: NssPlace): Contents {
  const all = database.state === 'read' ? database.certificates.filter(isAnchor) : [];
  const kept = all.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1)).slice(0, MAX_ENTRIES);
  const entries = kept.map((certificate) => entryOf(certificate, place));
  const trusted = entries.filter(({ trust }) => trust === 'servers').map(({ anchor }) => anchor);
  return {
    database,
    entries,
    anchors: [...new Set(trusted)],
    certificates: new Map(kept.map(({ sha256, der }) => [sha256, der])),
  };
}

/**
 * What somebody gave a trust, or put there as a root. Firefox keeps hundreds of intermediates that servers sent, and people their
 * own certificates: those vouch for nothing, and whom somebody visits is theirs alone.
 */
function isAnchor({ flags, der }: NssCertificate): boolean {
  return flags !== ',,' || isSelfIssued(der);
}

function isSelfIssued(der: Uint8Array): boolean {
  try {
    const { issuer, subject } = readCertificateFields(der);
    return Buffer.from(encoded(issuer)).equals(encoded(subject));
  } catch (error) {
    // NSS itself cannot trust what has no names.
    if (error instanceof CertificateParseError) return false;
    throw error;
  }
}

function entryOf({ sha256, nickname, flags }: NssCertificate, place: NssPlace): StoreEntry {
  const name = nickname === null || nickname === '' ? null : clip(nickname, 512);
  const origin = place.user === null ? 'local' : 'user';
  return { anchor: sha256, ...trustOf(flags), origin, name, location: null };
}
