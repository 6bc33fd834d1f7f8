import { sha256Hex, toPem } from '@trustfleet/certificates';
import type { StoreEntry } from '@trustfleet/protocol';
import { failed, messageOf } from '../../store-change.ts';
import type { ChangeOptions, EntryState, StoreChange } from '../../types.ts';
import { whyNotChangeable, type MacosStore } from './changeable.ts';
import { configurationProfile } from './configuration-profile.ts';
import { profilePath, recordPath, SECURITY } from './layout.ts';
import { readAnchors } from './read.ts';
import { readKeychain, run } from './tools.ts';
import { letsDaemonsChangeTrust } from './version.ts';
import { sha1Of } from './view.ts';

type Command = readonly [string, ...string[]];

export interface Put {
  readonly sha256: string;
  readonly state: EntryState;
  readonly options: ChangeOptions;
}

/** Puts an anchor into the System keychain with trust for TLS servers, or takes it and its settings out. */
export async function put(store: MacosStore, wanted: Put): Promise<StoreChange> {
  const { sha256, state } = wanted;
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return failed(`${sha256.slice(0, 80)} is not a SHA-256 in lower-case hex`);
  if (state.kind === 'absent') return await takeOut(store, wanted);
  const der = Buffer.from(state.der, 'base64');
  if (sha256Hex(der) !== sha256) return failed('The certificate is not the one that its digest names');
  const now = await standingNow(store, sha256);
  if (typeof now === 'object') return now;
  if (now === state.trust) return { state: 'done', files: [], commands: [] };
  if (!letsDaemonsChangeTrust(store.version)) return await leaveProfile(store, sha256, der);
  if (state.trust !== 'servers')
    return failed(
      `${sha256} was in the System keychain with trust settings of its own (${state.trust}), which this release does not put back: set them in Keychain Access`,
    );
  return await putIn(store, wanted, der);
}

/** Its trust now, wherever it lies; why that cannot be told. */
async function standingNow(
  { ports, layout }: MacosStore,
  sha256: string,
): Promise<StoreEntry['trust'] | 'absent' | StoreChange> {
  const { anchors, problems } = await readAnchors(ports, layout);
  const [problem] = problems;
  if (anchors === null || problem !== undefined) return failed(problem ?? 'The keychains cannot be read');
  return anchors.find(({ entry }) => entry.anchor === sha256)?.entry.trust ?? 'absent';
}

export function addCommand(store: MacosStore, sha256: string): Command {
  const { layout } = store;
  const policies = ['-p', 'ssl', '-p', 'basic'];
  return [
    ...([SECURITY, 'add-trusted-cert', '-d', '-r', 'trustRoot'] as const),
    ...[...policies, '-k', layout.systemKeychain, recordPath(layout, sha256)],
  ];
}

async function putIn(store: MacosStore, { sha256, options }: Put, der: Uint8Array): Promise<StoreChange> {
  const refusal = await whyNotChangeable(store);
  if (refusal !== null) return failed(refusal);
  const { ports, layout } = store;
  const record = recordPath(layout, sha256);
  await ports.makeDirectory(layout.records);
  await ports.writeFile(record, Buffer.from(toPem(der), 'latin1'), { mode: 0o644 });
  return await runAll(store, { commands: [addCommand(store, sha256)], files: [record], options });
}

async function takeOut(store: MacosStore, { sha256, options }: Put): Promise<StoreChange> {
  const { ports, layout, version } = store;
  const now = await readKeychain(ports, layout.systemKeychain);
  if ('problem' in now) return failed(now.problem);
  const found = now.value.find((certificate) => certificate.sha256 === sha256);
  const record = recordPath(layout, sha256);
  if (found === undefined)
    return { state: 'done', files: (await ports.removeFile(record)) ? [record] : [], commands: [] };
  if (!letsDaemonsChangeTrust(version))
    return failed(
      `macOS ${version ?? '11 and later'} lets no program change the machine's trust without a person's password: take the profile that installed ${sha256} back by MDM, or delete it in Keychain Access`,
    );
  const refusal = await whyNotChangeable(store);
  if (refusal !== null) return failed(refusal);
  const sha1 = sha1Of(found.der);
  // The tool deletes by SHA-1: another certificate with the same one would go in its place.
  if (now.value.filter(({ der }) => sha1Of(der) === sha1).length > 1)
    return failed(
      `Two certificates of ${layout.systemKeychain} have the SHA-1 ${sha1}: delete the right one in Keychain Access`,
    );
  await ports.makeDirectory(layout.records);
  await ports.writeFile(record, Buffer.from(toPem(found.der), 'latin1'), { mode: 0o644 });
  const commands: Command[] = [
    [SECURITY, 'remove-trusted-cert', '-d', record],
    [SECURITY, 'delete-certificate', '-Z', sha1, layout.systemKeychain],
  ];
  const change = await runAll(store, { commands, files: [record], options });
  if (change.state === 'done') await ports.removeFile(record);
  return change;
}

async function runAll(
  { ports }: MacosStore,
  work: { commands: readonly Command[]; files: readonly string[]; options: ChangeOptions },
): Promise<StoreChange> {
  const ran: { argv: Command; output: string }[] = [];
  for (const argv of work.commands) {
    const result = await run(ports, argv, work.options.signal);
    const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8').trim().slice(-2000);
    ran.push({ argv, output });
    // A certificate without settings of its own has none to take away.
    const nothingThere = argv[1] === 'remove-trusted-cert' && output.includes('No Trust Settings were found');
    if ((result.state !== 'exited' || result.exitCode !== 0) && !nothingThere)
      return failed(`${result.reason ?? `${argv[0]} failed`}: ${output.split('\n').at(-1) ?? ''}`, {
        files: work.files,
        commands: ran,
      });
  }
  return { state: 'done', files: work.files, commands: ran };
}

/** The change itself is refused; what a person needs to make it lies ready. */
async function leaveProfile(store: MacosStore, sha256: string, der: Uint8Array): Promise<StoreChange> {
  const { ports, layout, version } = store;
  const refusal = `macOS ${version ?? '11 and later'} lets no program change the machine's trust without a person's password, not even root`;
  const path = profilePath(layout, sha256);
  try {
    await ports.makeDirectory(layout.profiles);
    await ports.writeFile(path, Buffer.from(configurationProfile(der)), { mode: 0o644 });
  } catch (error) {
    return failed(`${refusal}; and ${path} could not be written: ${messageOf(error)}`);
  }
  return failed(
    `${refusal}. A configuration profile that does it lies in ${path}: deploy it by MDM, or open it and approve it in System Settings`,
    {
      files: [path],
    },
  );
}
