import { randomUUID } from 'node:crypto';
import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { PresentEntry } from '../../entry-store.ts';
import { below } from '../../paths.ts';
import type { StoreRunRequest, TrustStorePorts } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { ChangeOptions, EntryState, StoreChange } from '../../types.ts';
import { trustOf, type NssCertificate } from './database.ts';
import { accountOf, CERTUTIL, type NssPlace } from './layout.ts';
import { readDatabase, readKeyIds } from './read.ts';
import { whyNotChangeable } from './rights.ts';

type Command = readonly [string, ...string[]];
type Commands = { readonly argv: Command; readonly output: string }[];

/** It tries again by itself for some seconds while another program writes. */
const TIMEOUT_MS = 30_000;
const FLAGS = /^[cCpPTw]*,[cCpPTw]*,[cCpPTw]*$/;

export interface NssStore {
  readonly ports: TrustStorePorts;
  readonly place: NssPlace;
}

/** Its own for every certificate: certutil finds what it deletes by nickname alone. */
export function nicknameOf(sha256: string): string {
  return `Trustfleet ${sha256.slice(0, 16)}`;
}

export function standingOf({ der, nickname, flags }: NssCertificate): PresentEntry {
  return {
    kind: 'present',
    der: Buffer.from(der).toString('base64'),
    trust: trustOf(flags).trust,
    attributes: nickname === null ? { flags } : { flags, nickname },
  };
}

/** The database's certificates. Throws where it cannot be read, also when a change that was cut off has been taken back. */
export async function certificatesOf(store: NssStore): Promise<readonly NssCertificate[]> {
  const { ports, place } = store;
  let database = await readDatabase(ports, place);
  if (database.state === 'unreadable' && (await finishCutOff(store)))
    database = await readDatabase(ports, place);
  if (database.state !== 'read') throw new Error(database.detail);
  return database.certificates;
}

/**
 * An agent that is killed takes its certutil along, and nobody may open the database for writing for months: SQLite plays the journal of
 * a change that was cut off back when certutil does (-X). One that a program is still at work on it leaves alone.
 */
async function finishCutOff({ ports, place }: NssStore): Promise<boolean> {
  const [journal] = await ports.identify([`${place.path}/cert9.db-journal`]);
  if (journal == null || (await whyNotChangeable(ports, place)) !== null) return false;
  await ports.runProgram({
    argv: [CERTUTIL, '-L', '-d', `sql:${place.path}`, '-X', '-f', '/dev/null'],
    ...environmentOf({ ports, place }),
  });
  return true;
}

function environmentOf({ ports, place }: NssStore): Omit<StoreRunRequest, 'argv'> {
  return {
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', HOME: place.user?.home ?? '/' },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: 256 * 1024,
    runAs: accountOf(ports, place.user),
  };
}

/** As certutil would be told: the entry's own flags where they say what its trust says. */
function flagsFor({ trust, attributes }: PresentEntry): string {
  const own = attributes['flags'];
  if (own !== undefined && FLAGS.test(own) && trustOf(own).trust === trust) return own;
  return { servers: 'C,,', distrusted: 'p,p,p', otherPurposes: ',,', deselected: ',,' }[trust];
}

/** `nss` of `put` in {@link EntryStore}: certutil does it, and what the database then holds says whether it did. */
export async function put(
  store: NssStore,
  { sha256, state, options }: { sha256: string; state: EntryState; options: ChangeOptions },
): Promise<StoreChange> {
  if (state.kind === 'present' && sha256Hex(Buffer.from(state.der, 'base64')) !== sha256)
    return failed(`The certificate is not the one of the digest ${sha256.slice(0, 64)}`);
  let before: readonly NssCertificate[];
  try {
    before = await certificatesOf(store);
  } catch (error) {
    return failed(messageOf(error));
  }
  const current = before.find((certificate) => certificate.sha256 === sha256);
  if (isThere(current, state) && !hasOtherName(current, state)) return UNCHANGED;
  const refusal = await whyNotChangeable(store.ports, store.place);
  if (refusal !== null) return failed(refusal);
  const change = new Change(store, { before, options });
  if (state.kind === 'present') return await bringTo({ store, change, before }, { sha256, current, state });
  if (current === undefined) return UNCHANGED;
  const reason = await whyNotDeleted(store, { before, current });
  return reason === null ? await change.delete(current) : failed(reason);
}

const UNCHANGED: StoreChange = { state: 'done', files: [], commands: [] };

/** certutil renames nothing, and a name that another certificate of the subject has is that one's too: then it stays as it is. */
async function bringTo(
  { store, change, before }: { store: NssStore; change: Change; before: readonly NssCertificate[] },
  to: { sha256: string; current: NssCertificate | undefined; state: PresentEntry },
): Promise<StoreChange> {
  const { sha256, current, state } = to;
  if (current === undefined || !hasOtherName(current, state)) return await change.set(to);
  if ((await whyNotDeleted(store, { before, current })) === null) {
    const deleted = await change.delete(current);
    if (deleted.state === 'failed') return deleted;
    const done = await change.set({ sha256, current: undefined, state });
    if (done.state === 'failed') await change.set({ sha256, current: undefined, state: standingOf(current) });
    return done;
  }
  return isThere(current, state) ? UNCHANGED : await change.set(to);
}

function isThere(current: NssCertificate | undefined, state: EntryState): boolean {
  if (state.kind === 'absent') return current === undefined;
  return current?.flags === flagsFor(state);
}

/** It is there by another name than the one that it is to have. */
function hasOtherName(current: NssCertificate | undefined, state: EntryState): boolean {
  if (current === undefined || state.kind === 'absent') return false;
  const wanted = state.attributes['nickname'] ?? '';
  return isUsableName(wanted) && wanted !== current.nickname;
}

/** One that certutil can be told. */
function isUsableName(nickname: string | null): nickname is string {
  return nickname !== null && nickname !== '' && !nickname.includes('\0');
}

/** certutil deletes by nickname, and one with a private key with less ado than a person would want. */
async function whyNotDeleted(
  { ports, place }: NssStore,
  { before, current }: { before: readonly NssCertificate[]; current: NssCertificate },
): Promise<string | null> {
  const { nickname, keyId, sha256 } = current;
  const what = `The certificate ${sha256.slice(0, 16)} of ${place.path}`;
  if (!isUsableName(nickname))
    return `${what} has no nickname that certutil could be told: delete it in the program that uses the database`;
  if (before.filter((one) => one.nickname === nickname).length > 1)
    return `${what} shares its nickname with another one, and certutil deletes by nickname: delete it in the program that uses the database, or distrust it`;
  try {
    if (keyId !== '' && (await readKeyIds(ports, place)).has(keyId))
      return `${what} is its owner's own, with a private key: only the owner may delete it`;
  } catch (error) {
    return `${what} may be its owner's own, with a private key, which could not be found out: ${messageOf(error)}`;
  }
  return null;
}

/** One change of one database, with all that ran. */
class Change {
  readonly #store: NssStore;
  readonly #before: readonly NssCertificate[];
  readonly #options: ChangeOptions;
  readonly #commands: Commands = [];

  constructor(
    store: NssStore,
    { before, options }: { before: readonly NssCertificate[]; options: ChangeOptions },
  ) {
    this.#store = store;
    this.#before = before;
    this.#options = options;
  }

  /** `-A` finds a certificate that is there by its DER, where `-M` takes the first of the nickname. */
  async set(to: {
    sha256: string;
    current: NssCertificate | undefined;
    state: PresentEntry;
  }): Promise<StoreChange> {
    const { sha256, current, state } = to;
    const nickname = current?.nickname ?? state.attributes['nickname'] ?? '';
    const der = Buffer.from(state.der, 'base64');
    const problem = await this.#import({
      der,
      nickname: isUsableName(nickname) ? nickname : nicknameOf(sha256),
      flags: flagsFor(state),
    });
    const done = await this.#judge({ sha256, state, problem });
    // Without the database's password certutil adds the certificate and then fails to trust it.
    if (done.state === 'failed' && current === undefined) await this.#takeBack(sha256);
    return done;
  }

  async delete(current: NssCertificate): Promise<StoreChange> {
    const problem = await this.#delete(current.nickname ?? '');
    return await this.#judge({ sha256: current.sha256, state: { kind: 'absent' }, problem });
  }

  /**
   * The public certificate is handed over in a file of root's that everybody may read, in a sticky directory; by a name that nobody can
   * have taken before.
   */
  async #import(what: { der: Uint8Array; nickname: string; flags: string }): Promise<string | null> {
    const { ports, place } = this.#store;
    const file = `${below(place.root, '/tmp')}/trustfleet-${randomUUID()}.pem`;
    try {
      await ports.writeFile(file, Buffer.from(toPem(what.der), 'latin1'), { mode: 0o644 });
      try {
        return await this.#certutil(['-A', '-n', what.nickname, '-t', what.flags, '-i', file]);
      } finally {
        await ports.removeFile(file);
      }
    } catch (error) {
      return `${file} could not be written for ${CERTUTIL}: ${messageOf(error)}`;
    }
  }

  /** With the token's name in front, since a nickname may hold a colon itself or begin with a dash. */
  #delete(nickname: string): Promise<string | null> {
    return this.#certutil(['-D', '-n', `NSS Certificate DB:${nickname}`]);
  }

  /** Null when it ended with 0. It never waits for a password: the file of passwords is empty. */
  async #certutil(args: readonly string[]): Promise<string | null> {
    const { ports, place } = this.#store;
    const [action = '', ...rest] = args;
    const argv: Command = [CERTUTIL, action, '-d', `sql:${place.path}`, ...rest, '-f', '/dev/null'];
    const result = await ports.runProgram({
      argv,
      ...environmentOf({ ports, place }),
      signal: this.#options.signal,
    });
    const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8').trim().slice(-2000);
    this.#commands.push({ argv, output: [output, await this.#whenSeen()].filter(Boolean).join('\n') });
    // Killed in the middle of writing it leaves a journal; the next to open the database for writing (-X) brings the old state back.
    if (result.state !== 'exited' && action !== '-L') await this.#certutil(['-L', '-X']);
    return result.state === 'exited' && result.exitCode === 0
      ? null
      : `${result.reason ?? CERTUTIL}: ${output.split('\n').at(-1) ?? ''}${adviceFor(output)}`;
  }

  /** Firefox and Thunderbird leave this link while they run (and after a crash); they read a changed trust at their next start. */
  async #whenSeen(): Promise<string> {
    const { ports, place } = this.#store;
    const [lock] = await ports.identify([`${place.path}/lock`], { followLinks: false });
    return lock == null
      ? ''
      : `${place.path} is in use: its program sees the change when it is started again`;
  }

  /** What the database holds decides: certutil's exit code is 0 for some changes that did not happen. */
  async #judge(after: { sha256: string; state: EntryState; problem: string | null }): Promise<StoreChange> {
    const { place } = this.#store;
    const files = [`${place.path}/cert9.db`, `${place.path}/key4.db`];
    const commands = this.#commands;
    let now: readonly NssCertificate[];
    try {
      now = await certificatesOf(this.#store);
    } catch (error) {
      return failed(`${after.problem ?? 'certutil ran'}; ${messageOf(error)}`, { files, commands });
    }
    const harmed = await this.#putBack(after.sha256, now);
    if (harmed !== null) return failed(harmed, { files, commands });
    const target = now.find(({ sha256 }) => sha256 === after.sha256);
    if (isThere(target, after.state)) return { state: 'done', files, commands };
    const words = after.problem ?? `${CERTUTIL} ended well, and ${place.path} is not changed`;
    return failed(words, { files: after.problem === null ? [] : files, commands });
  }

  /** A change of one certificate that took another one along is undone, and said. */
  async #putBack(sha256: string, now: readonly NssCertificate[]): Promise<string | null> {
    const standing = new Map(now.map((certificate) => [certificate.sha256, certificate]));
    const lost = this.#before.filter(
      (one) => one.sha256 !== sha256 && standing.get(one.sha256)?.flags !== one.flags,
    );
    for (const { der, nickname, flags } of lost) await this.#import({ der, nickname: nickname ?? '', flags });
    if (lost.length === 0) return null;
    return `certutil changed ${lost.length} other certificates of ${this.#store.place.path} along with ${sha256.slice(0, 16)}: they were put back`;
  }

  /** Where the database cannot be read now, the reason says so already. */
  async #takeBack(sha256: string): Promise<void> {
    const now = await readDatabase(this.#store.ports, this.#store.place);
    if (now.state !== 'read') return;
    const added = now.certificates.find((certificate) => certificate.sha256 === sha256);
    const shared = now.certificates.filter(({ nickname }) => nickname === added?.nickname).length > 1;
    if (added?.nickname && !shared) await this.#delete(added.nickname);
  }
}

const ADVICE: readonly (readonly [string, string])[] = [
  [
    'SEC_ERROR_BAD_PASSWORD',
    'a password that only its owner knows protects the database (in Firefox: primary password), so add the anchor by the Firefox policy or have the owner do it',
  ],
  ['SEC_ERROR_READ_ONLY', 'its owner may not write it, so give folder and files to the owner'],
  ['SEC_ERROR_BAD_DATABASE', 'another program holds it or it is broken, so close the program and try again'],
  ['SEC_ERROR_PKCS11_GENERAL_ERROR', 'another program holds it, so close the program and try again'],
];

/** certutil's words come in no other language; its codes never change. */
function adviceFor(output: string): string {
  const advice = ADVICE.find(([code]) => output.includes(code))?.[1];
  return advice === undefined ? '' : ` (${advice})`;
}
