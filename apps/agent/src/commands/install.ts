import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { atomicWriteFile } from '@trustfleet/host';
import { MAX_ALLOW_LIST_BYTES, readAllowList } from '@trustfleet/repair';
import { CliError, messageOf } from '@trustfleet/terminal';
import { createAllowListSource } from '../allow-list-source.ts';
import { planProgram } from '../service/program-files.ts';
import { thisService } from '../service/this-service.ts';
import type { AgentService, ServicePlaces } from '../service/types.ts';
import { readIdentity } from '../state/identity.ts';
import { ensureStateDir } from '../state/state-directory.ts';
import { enrolMachine } from './enroll.ts';

export interface InstallOptions extends ServicePlaces {
  /** A file whose content becomes the allow-list. */
  readonly newAllowList: string | null;
  /** Enrols in the same step. */
  readonly token: string | null;
  readonly name?: string;
}

/** The list's bytes, when it is one: a typing error would make the host only observe. */
async function readNewList(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CliError(`The allow-list ${path} cannot be read (${messageOf(error)}).`);
  }
  if (bytes.length > MAX_ALLOW_LIST_BYTES)
    throw new CliError(`${path} is not an allow-list: it is larger than ${MAX_ALLOW_LIST_BYTES} bytes.`);
  // Whose file it is does not matter here: the copy belongs to whoever installs.
  const source = {
    trustedUids: [],
    read: () => Promise.resolve({ kind: 'file', bytes, chain: [] } as const),
  };
  const list = await readAllowList(source, path);
  if (list.problem !== null) throw new CliError(list.problem);
  return bytes;
}

async function putAllowList(path: string, bytes: Uint8Array): Promise<string> {
  // On Windows the folder was made with the state directory, for the Administrators to write and everybody to read.
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await atomicWriteFile(path, bytes, { mode: 0o644 });
  const list = await readAllowList(await createAllowListSource(), path);
  if (list.problem !== null) throw new CliError(list.problem);
  return list.permits.length === 0 ? 'nothing' : list.permits.join(', ');
}

/** Replaces the program; on a change a service that runs is stopped first and started by the caller. */
async function putProgram(service: AgentService, say: (line: string) => void): Promise<void> {
  const plan = await planProgram(service);
  if (plan.placements.length === 0) return;
  const { state } = await service.state();
  if (state === 'running' || state === 'starting') await service.stop();
  await plan.write();
  say(`Program:    ${service.programDirectory}`);
}

async function enrolIfAsked(options: InstallOptions, output: NodeJS.WritableStream): Promise<boolean> {
  const present = await readIdentity(options.stateDir);
  if (present !== null || options.token === null) return present !== null;
  const { stateDir, allowList, token, name } = options;
  await enrolMachine({ stateDir, allowList, token, ...(name === undefined ? {} : { name }) }, output);
  return true;
}

/** Makes this machine run the agent as a service, from now on and after each start. Run again it brings the service to this release. */
export async function installCommand(options: InstallOptions, output: NodeJS.WritableStream): Promise<void> {
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const service = await thisService();
  await service.requirePossible();
  const list = options.newAllowList === null ? null : await readNewList(options.newAllowList);
  await putProgram(service, say);
  await ensureStateDir(options.stateDir);
  if (list !== null) say(`Permits:    ${await putAllowList(options.allowList, list)} (${options.allowList})`);
  const enrolled = await enrolIfAsked(options, output);
  await service.register({ stateDir: options.stateDir, allowList: options.allowList });
  if (!enrolled) {
    say('The service is installed and waits: this machine is not enrolled.');
    say('Next: trustfleet-agent enroll --token TOKEN, then trustfleet-agent start');
    return;
  }
  await service.start();
  say('The service is installed and runs. See: trustfleet-agent status');
}
