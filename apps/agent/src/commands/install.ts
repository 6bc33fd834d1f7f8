import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { atomicWriteFile } from '@trustfleet/host';
import { MAX_ALLOW_LIST_BYTES, readAllowList } from '@trustfleet/repair';
import { CliError, messageOf } from '@trustfleet/terminal';
import { createAllowListSource } from '../allow-list-source.ts';
import { shippedAllowList } from '../allow-lists/shipped.ts';
import { planProgram, type ProgramPlan } from '../service/program-files.ts';
import { thisService } from '../service/this-service.ts';
import type { AgentService, ServicePlaces } from '../service/types.ts';
import { readIdentity } from '../state/identity.ts';
import { ensureStateDir } from '../state/state-directory.ts';
import { enrolMachine } from './enroll.ts';

export interface InstallOptions extends ServicePlaces {
  /** One of the lists that ship by its name, or a file: its content becomes the allow-list. */
  readonly newAllowList: string | null;
  /** Enrols in the same step. */
  readonly token: string | null;
  readonly name?: string;
}

/** The list's bytes, when it is one: a typing error would make the host only observe. */
async function readNewList(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = shippedAllowList(path) ?? (await readFile(path));
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

/** Replaces the program. A service that runs is stopped for it, and started again where that fails: an upgrade ends no agent for good. */
async function putProgram(service: AgentService, { placements, write }: ProgramPlan): Promise<void> {
  if (placements.length === 0) return;
  const { state } = await service.state();
  const ran = state === 'running' || state === 'starting';
  if (ran) await service.stop();
  try {
    await write();
  } catch (error) {
    const after = ran ? await startAgain(service) : '';
    throw new CliError(
      `The program could not be put into ${service.programDirectory} (${messageOf(error)}). If a trustfleet-agent runs there, wait for its end, then run install again.${after}`,
      1,
      { cause: error },
    );
  }
}

async function startAgain(service: AgentService): Promise<string> {
  try {
    await service.start();
    return ' The service runs as before.';
  } catch (error) {
    return ` The service does not run: ${messageOf(error)}`;
  }
}

async function enrolIfAsked(options: InstallOptions, output: NodeJS.WritableStream): Promise<void> {
  const { stateDir, allowList, token, name } = options;
  if (token === null) return;
  await enrolMachine({ stateDir, allowList, token, ...(name === undefined ? {} : { name }) }, output);
}

/** Makes this machine run the agent as a service, from now on and after each start. Run again it brings the service to this release. */
export async function installCommand(options: InstallOptions, output: NodeJS.WritableStream): Promise<void> {
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const service = await thisService();
  await service.requirePossible();
  const list = options.newAllowList === null ? null : await readNewList(options.newAllowList);
  const plan = await planProgram(service);
  // Whatever may be refused comes before a running service is stopped.
  await ensureStateDir(options.stateDir);
  const present = await readIdentity(options.stateDir);
  if (list !== null) say(`Permits:    ${await putAllowList(options.allowList, list)} (${options.allowList})`);
  await putProgram(service, plan);
  if (plan.placements.length > 0) say(`Program:    ${service.programDirectory}`);
  const enrolled = present !== null || options.token !== null;
  if (present === null) await enrolIfAsked(options, output);
  else if (options.token !== null)
    say(`The token was not needed: this machine is host ${present.hostId} at ${present.address} already.`);
  await service.register({ stateDir: options.stateDir, allowList: options.allowList });
  if (!enrolled) {
    say('The service is installed and waits: this machine is not enrolled.');
    say('Next: trustfleet-agent enroll --token TOKEN, then trustfleet-agent start');
    return;
  }
  await service.start();
  say('The service is installed and runs. See: trustfleet-agent status');
}
