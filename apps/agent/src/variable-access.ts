import { createFilesAs, createGuardedFiles, type Host, type RegistryWriter } from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import { collectBundles, collectVariables } from '@trustfleet/python';
import { assignedIn, placeOf, textOf, type Subject, type VariableHost } from '@trustfleet/remedies';
import { StepRefusedError, type VariableAccess, type VariableFiles } from '@trustfleet/repair';
import { messageOf } from '@trustfleet/terminal';
import { subjectOnHost, type OwnerLook } from './variable-owner.ts';
import { managersOf } from './variable-managers.ts';

const MAX_TEXT_BYTES = 256 * 1024;
const RELOAD_LIMIT_MS = 60_000;
const SYSTEMCTL = ['/usr/bin/systemctl', '/bin/systemctl'] as const;
/** `nobody`: what a variable of the machine names must be readable by every account. */
const ANYBODY = { uid: 65_534, gid: 65_534 };

export interface VariableParts {
  readonly host: Host;
  /** Machine paths lie below it. */
  readonly root: string;
  /** Null on every system but Windows. */
  readonly registry: RegistryWriter | null;
}

const collecting = ({ root }: VariableParts) => ({ root, processEnv: {}, readNetwork: [] });

/** The file that the variable is to name, read with the rights of those who will. */
async function lookAtValue(
  { host }: VariableParts,
  { owner, subject, value }: { owner: OwnerLook; subject: Subject; value: string | null },
): Promise<Pick<Awaited<ReturnType<VariableAccess['look']>>, 'certificates'> & Pick<VariableHost, 'value'>> {
  if (value === null) return { value: null, certificates: new Map() };
  const reader = subject.scope === 'machine' ? ANYBODY : owner.account;
  const readAs = host.canActAs && subject.scope !== 'service' ? reader : null;
  const { name, scope } = subject;
  const variable = { name, scope, owner: subject.owner ?? null, value, source: 'plan' };
  const { certificates, section } = await collectBundles(host, {
    variables: [{ variable, readAs }],
    certifi: [],
  });
  return { value: section.bundles[0] ?? null, certificates };
}

/** Contents of the files that set it, for the lines that people are shown; what cannot be read is left out. */
async function textsOf(
  { host }: VariableParts,
  paths: readonly string[],
  { account }: OwnerLook,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of new Set(paths)) {
    const read = await host.readFile(path, { maxBytes: MAX_TEXT_BYTES, asUser: account ?? undefined });
    if (read.state === 'read') texts.set(path, textOf(read.bytes));
  }
  return texts;
}

async function variablesNow(parts: VariableParts): Promise<HostFacts> {
  return { variables: (await collectVariables(parts.host, collecting(parts))).section };
}

async function look(
  parts: VariableParts,
  subject: Subject,
  value: string | null,
): ReturnType<VariableAccess['look']> {
  const { host, root } = parts;
  const owner = await subjectOnHost(parts, subject);
  const { home, problem, sid } = owner;
  const systemd = root === '/' && (await host.identify(['/run/systemd/system']))[0]?.kind === 'directory';
  const bare = { root, home, problem, sid, systemd, texts: new Map(), value: null, managers: [] };
  if (problem !== null) return { host: bare, certificates: new Map() };
  const place = placeOf(subject, { platform: host.platform, host: bare });
  const sources = assignedIn(await variablesNow(parts), subject).map(({ source }) => source);
  const paths = place.kind === 'file' ? [...sources, place.source] : [];
  const texts = await textsOf(parts, paths, owner);
  const text = place.kind === 'file' ? texts.get(place.source) : undefined;
  const managers = await managersOf(host, subject, { place, text });
  const seen = await lookAtValue(parts, { owner, subject, value });
  return { host: { ...bare, texts, managers, value: seen.value }, certificates: seen.certificates };
}

/** What a file system refuses will be refused again. */
function refusing(files: VariableFiles): VariableFiles {
  const told = <Args extends readonly unknown[], T>(work: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      try {
        return await work(...args);
      } catch (error) {
        if (error instanceof Error && error.name === 'NotOursError')
          throw new StepRefusedError(messageOf(error));
        throw error;
      }
    };
  };
  return {
    readFile: told((path) => files.readFile(path)),
    attributes: told((path) => files.attributes(path)),
    writeFile: told((path, bytes, attributes) => files.writeFile(path, bytes, attributes)),
    removeFile: told((path) => files.removeFile(path)),
    sweep: told((path) => files.sweep(path)),
    missingDirectories: told((path) => files.missingDirectories(path)),
    makeDirectory: told((path) => files.makeDirectory(path)),
    removeEmptyDirectory: told((path) => files.removeEmptyDirectory(path)),
  };
}

async function filesOf(parts: VariableParts, asOwner: boolean, owner: string | null): Promise<VariableFiles> {
  const { host, root } = parts;
  if (!asOwner) return refusing(createGuardedFiles(root));
  const { users } = await host.users(root);
  const account = users.find(({ name }) => name === owner);
  if (account === undefined) throw new StepRefusedError(`There is no account ${owner ?? ''} on this host.`);
  if (!host.canActAs && account.uid !== host.uid)
    throw new StepRefusedError(
      `Files of ${account.name} are written with that account's rights, and this agent may not take them.`,
    );
  return refusing(createFilesAs(host, { uid: account.uid, gid: account.gid }));
}

async function reloadUnits({ host }: VariableParts, signal: AbortSignal): Promise<string | null> {
  const [first, second] = SYSTEMCTL;
  const program = (await host.isExecutable(first)) ? first : second;
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  const result = await host.runProgram({
    argv: [program, 'daemon-reload'],
    ...{ env, timeoutMs: RELOAD_LIMIT_MS, signal },
  });
  if (result.state === 'exited' && result.exitCode === 0) return null;
  const said = Buffer.from(result.stderr).toString('utf8').trim().slice(-300);
  return `systemd did not read its units again: ${said === '' ? (result.reason ?? 'no reason given') : said}`;
}

/** Connects the ports of variable.set and variable.unset with this machine. */
export function createVariableAccess(parts: VariableParts): VariableAccess {
  const { host, registry } = parts;
  return {
    platform: host.platform,
    facts: () => variablesNow(parts),
    look: (subject, value) => look(parts, subject, value),
    files: ({ asOwner }, owner) => filesOf(parts, asOwner, owner),
    registry,
    async announce(how, signal) {
      signal.throwIfAborted();
      if (how === 'units') return reloadUnits(parts, signal);
      await registry?.announceEnvironment();
      return null;
    },
  };
}
