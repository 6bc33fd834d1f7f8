import { sha256Hex } from '@trustfleet/certificates';
import { clip, type AnchorOrigin, type StoreEntry } from '@trustfleet/protocol';
import type { StoreAccount, TrustStorePorts } from '../../ports.ts';
import type { Made } from '../../reading-cache.ts';
import type { StoreReading } from '../../types.ts';
import { mapAtOnce } from '../../at-once.ts';
import { KeystoreError, type Keystore, type KeystoreEntry } from './keystore.ts';
import type { JavaPlace } from './layout.ts';
import { parseKeystore } from './parse-keystore.ts';
import { whyNotChangeable } from './rights.ts';

/** Base64 makes less than 32 MiB of it, the limit of a snapshot's content. */
const MAX_KEYSTORE_BYTES = 16 * 1024 * 1024;
const MAX_RELEASE_BYTES = 64 * 1024;
const MAX_ENTRIES = 5000;

export type KeystoreReading =
  | { readonly state: 'read'; readonly bytes: Uint8Array; readonly keystore: Keystore }
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

/** What is kept of a reading between two looks. */
export type KeystoreState =
  | {
      readonly state: 'read';
      readonly size: number;
      readonly keystore: Pick<Keystore, 'format' | 'opens' | 'encrypted'>;
    }
  | Exclude<KeystoreReading, { state: 'read' }>;

/** Straight from the file: no Java is started, which would take half a second each. Failures are states. */
export async function readKeystore(
  ports: TrustStorePorts,
  { path, reader }: { readonly path: string; readonly reader?: StoreAccount | undefined },
): Promise<KeystoreReading> {
  const read = await ports.readFile(path, { maxBytes: MAX_KEYSTORE_BYTES, asUser: reader });
  if (read.state === 'missing') return { state: 'missing', detail: read.detail };
  if (read.state !== 'read') return { state: 'unreadable', detail: read.detail };
  try {
    return { state: 'read', bytes: read.bytes, keystore: parseKeystore(read.bytes) };
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    const detail = `${path} is no trust store that Java opens, so its programs trust no server: ${error.message}. Put the cacerts of its Java back`;
    return { state: 'unreadable', detail };
  }
}

export async function readStore(
  ports: TrustStorePorts,
  { place, found }: { place: JavaPlace; found: { folders: readonly string[]; problems: readonly string[] } },
): Promise<StoreReading> {
  const make = async (): Promise<Made<Contents>> => ({
    value: contentsOf(place, await readKeystore(ports, place)),
    paths: [place.path],
  });
  const { reading, certificates, entries, anchors } =
    ports.readings === undefined
      ? (await make()).value
      : await ports.readings.derived(ports, `java ${place.path}`, make);
  const how = { maxBytes: MAX_RELEASE_BYTES, asUser: place.reader };
  const releases = await mapAtOnce(place.homes, 4, (home) => ports.readFile(`${home}/release`, how));
  return {
    store: {
      id: place.id,
      driver: 'java',
      operatingSystem: false,
      name: clip(nameOf(place, releases.map(versionOf)), 512),
      bundle: {
        path: place.path,
        realPath: null,
        state: reading.state,
        detail: reading.state === 'read' ? null : clip(reading.detail, 512),
        sha256: reading.state === 'read' ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
        size: reading.state === 'read' ? reading.size : null,
        anchors: [...anchors],
        problems: [],
        opensslAccepts: reading.state === 'read',
      },
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: await whyNotChangeable(ports, { place, reading }),
      user: null,
      entries: anchors.flatMap((anchor) => entries.get(anchor) ?? []),
      problems: [...problemsOf(place, reading), ...found.problems].map((words) => clip(words, 512)),
    },
    certificates,
    watch: [...new Set([place.path, ...place.paths, ...found.folders])],
  };
}

interface Contents {
  readonly reading: KeystoreState;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly entries: ReadonlyMap<string, StoreEntry>;
  readonly anchors: readonly string[];
}

function contentsOf(place: JavaPlace, reading: KeystoreReading): Contents {
  const all = reading.state === 'read' ? reading.keystore.entries : [];
  const certificates = new Map<string, Uint8Array>();
  const entries = new Map<string, StoreEntry>();
  for (const entry of all.slice(0, MAX_ENTRIES)) {
    const sha256 = sha256Hex(entry.der);
    certificates.set(sha256, entry.der);
    if (!isShipped(place, entry)) entries.set(sha256, storeEntryOf(entry, sha256));
  }
  return { reading: stateOf(reading), certificates, entries, anchors: [...certificates.keys()].toSorted() };
}

function stateOf(reading: KeystoreReading): KeystoreState {
  if (reading.state !== 'read') return reading;
  const { format, opens, encrypted } = reading.keystore;
  return { state: 'read', size: reading.bytes.length, keystore: { format, opens, encrypted } };
}

/**
 * What came with the Java or with the system has no line of its own, as the protocol says: a host with ten Javas has ten times the
 * same 150. OpenJDK, and what is built of it, ends the aliases of what it ships in `[jdk]`.
 */
function isShipped({ generatedBy }: JavaPlace, { alias, kind }: KeystoreEntry): boolean {
  return kind === 'trusted' && (generatedBy !== null || / \[jdk\]$/.test(alias));
}

/** Java takes an entry for every purpose. */
function storeEntryOf({ alias, kind }: KeystoreEntry, anchor: string): StoreEntry {
  const origin: AnchorOrigin = kind === 'key' || alias.startsWith('trustfleet-') ? 'local' : 'unknown';
  return { anchor, trust: 'servers', origin, name: clip(alias, 512), location: null, purposes: null };
}

type Read = Awaited<ReturnType<TrustStorePorts['readFile']>>;

/** Vendor and version of a `release` file (JEP 223); null where there is none. */
function versionOf(read: Read): string | null {
  if (read.state !== 'read') return null;
  const text = Buffer.from(read.bytes).toString('utf8');
  const value = (key: string): string | null =>
    new RegExp(`^${key}="([^"\\n]*)"`, 'm').exec(text)?.[1] ?? null;
  const version = value('JAVA_VERSION');
  const vendor = value('IMPLEMENTOR');
  return version === null ? null : `Java ${version}${vendor === null ? '' : ` (${vendor})`}`;
}

function nameOf(place: JavaPlace, versions: readonly (string | null)[]): string {
  const users = [...new Set(place.homes.map((home, index) => versions[index] ?? `the Java in ${home}`))];
  const file = place.path.endsWith('/jssecacerts') ? 'jssecacerts' : 'cacerts';
  return users.length === 0
    ? `${file} of Java, made by ${place.generatedBy ?? 'nobody'}`
    : `${file} of ${users.join(', ')}`;
}

function problemsOf(place: JavaPlace, reading: KeystoreState): string[] {
  const hidden =
    place.hiddenIn === null
      ? []
      : [`Programs of ${place.hiddenIn} do not read it: lib/security/jssecacerts is there in its place`];
  if (reading.state !== 'read') return hidden;
  const { encrypted, opens, format } = reading.keystore;
  const locked =
    encrypted === 0
      ? []
      : [
          `${encrypted} parts of it are encrypted, and Java opens ${place.path} without a password: its programs trust none of the certificates in them. Convert it with keytool -importkeystore -deststoretype JKS`,
        ];
  const foreign =
    opens || encrypted > 0
      ? []
      : [`Its password (${format}) is another one than the usual, so keytool cannot change it`];
  return [...hidden, ...locked, ...foreign];
}
