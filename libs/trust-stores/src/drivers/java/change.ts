import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { PresentEntry } from '../../entry-store.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { keepVersion } from '../../last-versions.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { ChangeOptions, EntryState, StoreChange } from '../../types.ts';
import { PASSWORD, type Keystore } from './keystore.ts';
import { SYSTEM_KEYTOOL, type JavaPlace } from './layout.ts';
import { readKeystore, type KeystoreReading } from './read.ts';
import { whyNotChangeable } from './rights.ts';

type Command = readonly [string, ...string[]];

/** A Java starts in about half a second; one on a busy host takes its time. */
const TIMEOUT_MS = 60_000;
/** Small and quick to start, and without its files in /tmp, whose names others can guess. */
const JVM = ['-J-Xmx128m', '-J-XX:+UseSerialGC', '-J-XX:TieredStopAtLevel=1', '-J-XX:-UsePerfData'];

export interface JavaStore {
  readonly ports: TrustStorePorts;
  readonly place: JavaPlace;
}

export function aliasOf(sha256: string): string {
  return `trustfleet-${sha256.slice(0, 16)}`;
}

export function standing(der: Uint8Array, aliases: readonly string[]): PresentEntry {
  return {
    kind: 'present',
    der: Buffer.from(der).toString('base64'),
    trust: 'servers',
    attributes: { aliases: JSON.stringify(aliases) },
  };
}

export function aliasesOf({ attributes }: PresentEntry): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(attributes['aliases'] ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((alias) => typeof alias === 'string') : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Anchors of the keystore, without the certificates of private keys. Throws where it cannot be read. */
export async function allEntries({ ports, place }: JavaStore): Promise<ReadonlyMap<string, PresentEntry>> {
  const reading = await readKeystore(ports, place);
  if (reading.state !== 'read') throw new Error(reading.detail);
  return standings(reading.keystore);
}

function standings({ entries }: Keystore): ReadonlyMap<string, PresentEntry> {
  const found = new Map<string, PresentEntry>();
  for (const { alias, kind, der } of entries) {
    if (kind === 'key') continue;
    const before = found.get(sha256Hex(der));
    found.set(sha256Hex(der), standing(der, [...(before === undefined ? [] : aliasesOf(before)), alias]));
  }
  return found;
}

interface Wanted {
  readonly sha256: string;
  readonly state: EntryState;
  readonly options: ChangeOptions;
}

/** keytool changes a copy, which takes the keystore's place once it holds what was asked for and all else as before. */
export async function put(store: JavaStore, wanted: Wanted): Promise<StoreChange> {
  const { ports, place } = store;
  const { sha256, state } = wanted;
  const mistake = mistakeIn(sha256, state);
  if (mistake !== null) return failed(mistake);
  const reading = await readKeystore(ports, place);
  if (reading.state !== 'read') return failed(reading.detail);
  const now = standings(reading.keystore).get(sha256);
  if ((now === undefined) === (state.kind === 'absent')) return { state: 'done', files: [], commands: [] };
  const refusal = await whyNotChangeable(ports, { place, reading });
  if (refusal !== null) return failed(refusal);
  const aliases = now === undefined ? freeAliases(reading.keystore, wanted) : aliasesOf(now);
  return await changeCopy(store, { reading, wanted, aliases });
}

function mistakeIn(sha256: string, state: EntryState): string | null {
  if (state.kind === 'absent') return null;
  if (state.trust !== 'servers')
    return 'A keystore of Java can trust a certificate and nothing else: remove it instead';
  const right = sha256Hex(Buffer.from(state.der, 'base64')) === sha256;
  return right ? null : `The certificate is not the one of the digest ${sha256.slice(0, 64)}`;
}

/** Its own aliases where nobody else has them, else ours. */
function freeAliases({ entries }: Keystore, { sha256, state }: Wanted): readonly string[] {
  const taken = new Set(entries.map(({ alias }) => alias.toLowerCase()));
  const own =
    state.kind === 'present'
      ? aliasesOf(state).filter((alias) => alias !== '' && !taken.has(alias.toLowerCase()))
      : [];
  if (own.length > 0) return own;
  const ours = aliasOf(sha256);
  return [taken.has(ours) ? `${ours}-${sha256.slice(16, 32)}` : ours];
}

interface Work {
  readonly reading: Extract<KeystoreReading, { state: 'read' }>;
  readonly wanted: Wanted;
  readonly aliases: readonly string[];
}

async function changeCopy(store: JavaStore, work: Work): Promise<StoreChange> {
  const { ports, place } = store;
  const copy = `${place.path}.trustfleet-new`;
  const pem = `${place.path}.trustfleet-pem`;
  const commands: { argv: Command; output: string }[] = [];
  const files: string[] = [];
  try {
    await ports.writeFile(copy, work.reading.bytes, { mode: 0o600 });
    const { state } = work.wanted;
    if (state.kind === 'present')
      await ports.writeFile(pem, Buffer.from(toPem(Buffer.from(state.der, 'base64')), 'latin1'), {
        mode: 0o600,
      });
    for (const alias of work.aliases) {
      const argv = keytoolCommand(store, {
        alias,
        keystore: copy,
        pem: state.kind === 'present' ? pem : null,
      });
      const { problem, output } = await runKeytool(ports, argv, work.wanted.options);
      commands.push({ argv, output });
      if (problem !== null) return failed(problem, { commands });
    }
    const changed = await readKeystore(ports, { path: copy });
    const wrong = whyWrong(changed, work) ?? (await whyNotSame(store, work));
    if (wrong !== null || changed.state !== 'read') return failed(wrong ?? 'the copy is gone', { commands });
    files.push(...(await replace(store, { before: work.reading.bytes, after: changed.bytes })));
    return { state: 'done', files, commands };
  } catch (error) {
    return failed(`${place.path} could not be changed: ${messageOf(error)}`, { files, commands });
  } finally {
    await ports.removeFile(copy);
    await ports.removeFile(pem);
  }
}

/** A Java takes its time to start: what somebody else changed meanwhile is not written over. */
async function whyNotSame({ ports, place }: JavaStore, { reading }: Work): Promise<string | null> {
  const now = await readKeystore(ports, place);
  return now.state === 'read' && Buffer.from(reading.bytes).equals(now.bytes)
    ? null
    : `${place.path} was changed by somebody else meanwhile, so it was left as it is: try again`;
}

/** Takes the keystore's place with its rights and owner, the last versions beside it; gives the paths written. `before`: null for none. */
export async function replace(
  { ports, place }: JavaStore,
  { before, after }: { before: Uint8Array | null; after: Uint8Array },
): Promise<readonly string[]> {
  const { path } = place;
  const [was] = await ports.identify([path]);
  const options = was == null ? { mode: 0o644, owner: undefined } : { mode: was.mode & 0o777, owner: was };
  const versions = before === null ? [] : await keepVersion(ports, { path, before, options });
  await ports.writeFile(path, after, options);
  return [path, ...versions];
}

/** A PKCS#12 without a password stays one: else Java would trust nothing in it. */
export function keytoolCommand(
  { place }: Pick<JavaStore, 'place'>,
  to: { alias: string; keystore: string; pem: string | null },
): Command {
  const action = to.pem === null ? ['-delete'] : ['-importcert', '-noprompt', '-file', to.pem];
  const open = ['-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE', '-J-Dkeystore.pkcs12.macAlgorithm=NONE'];
  return [
    place.keytool ?? SYSTEM_KEYTOOL,
    ...[...JVM, ...open, ...action],
    ...['-alias', to.alias, '-keystore', to.keystore, '-storepass', PASSWORD],
  ];
}

/** Its words are localised and not read: the keystore itself says what happened. */
async function runKeytool(
  ports: TrustStorePorts,
  argv: Command,
  options: ChangeOptions,
): Promise<{ problem: string | null; output: string }> {
  const result = await ports.runProgram({
    argv,
    // In C a JVM takes letters of an alias outside of ASCII for question marks.
    env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin', HOME: '/' },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 256 * 1024,
    signal: options.signal,
  });
  const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8').trim().slice(-2000);
  const good = result.state === 'exited' && result.exitCode === 0;
  return { output, problem: good ? null : `${result.reason ?? argv[0]}: ${output.split('\n').at(-1) ?? ''}` };
}

/** The copy holds what was asked for, everything else as before, and Java opens it as before. */
function whyWrong(changed: KeystoreReading, { reading, wanted, aliases }: Work): string | null {
  if (changed.state !== 'read') return `keytool left a keystore that Java would not open: ${changed.detail}`;
  const { keystore } = changed;
  if (keystore.encrypted > 0)
    return 'keytool encrypted the certificates, which Java could then not open without a password';
  const key = ({ alias, kind, der }: Keystore['entries'][number]): string =>
    `${kind} ${sha256Hex(der)} ${alias}`;
  const touched = new Set(aliases.map((alias) => `trusted ${wanted.sha256} ${alias.toLowerCase()}`));
  const others = (entries: Keystore['entries']): string =>
    entries
      .map(key)
      .filter((one) => !touched.has(one))
      .toSorted()
      .join('\n');
  if (others(keystore.entries) !== others(reading.keystore.entries))
    return 'keytool changed other entries along with it';
  const holds = keystore.entries.map(key).filter((one) => touched.has(one)).length;
  const expected = wanted.state.kind === 'present' ? touched.size : 0;
  return holds === expected ? null : 'keytool ended well and did not do what it was asked for';
}
