import { setTimeout as sleep } from 'node:timers/promises';
import { win32 } from 'node:path';
import { createRegistry, openFileAccess, openWindowsServices, type WindowsServices } from '@trustfleet/host';
import { CliError, messageOf } from '@trustfleet/terminal';
import type { AgentService, ServicePlaces, ServiceState } from '../types.ts';

const NAME = 'TrustfleetAgent';
const SERVICE_PROGRAM = 'trustfleet-service.exe';
const POLL_MS = 200;
/** trustfleet-service.c stops within STOP_LIMIT_MS (40 s) and a little. */
const STOP_LIMIT_MS = 60_000;
const START_LIMIT_MS = 30_000;
/** ERROR_SERVICE_NEVER_STARTED: no run since Windows started. */
const NEVER_STARTED = 1077;
/** ERROR_SERVICE_SPECIFIC_ERROR: the service program says what it ended with. */
const OWN_ERROR = 1066;

const CURRENT_VERSION = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion';

/**
 * Where this Windows keeps programs, on whatever drive, as only an administrator can say: %ProgramFiles% may come from the account that
 * asks, and SYSTEM would run what lies there.
 */
async function findProgramDirectory(): Promise<string> {
  const read = await createRegistry().read('localMachine', CURRENT_VERSION);
  const values = read.state === 'read' ? read.values : [];
  const named = values.find(({ name }) => name === 'ProgramFilesDir')?.text ?? '';
  return win32.join(/^[a-z]:[\\/]/i.test(named) ? named : 'C:\\Program Files', 'Trustfleet');
}

function services(): WindowsServices {
  const opened = openWindowsServices();
  if (opened === null) throw new CliError('This is no Windows.');
  return opened;
}

/** What Windows refuses is a sentence for people already. */
async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new CliError(messageOf(error), 1, { cause: error });
  }
}

const endedWell = (exitCode: number): boolean => exitCode === 0 || exitCode === NEVER_STARTED;

async function state(): Promise<ServiceState> {
  const status = await asked(services().status(NAME));
  if (status === null) return { state: 'absent', detail: null, startsWithMachine: null };
  const { state: now, exitCode, ownExitCode } = status;
  // install makes nothing else, and what somebody changed afterwards is theirs.
  const known = { startsWithMachine: true };
  if (now === 'stopped' && !endedWell(exitCode)) {
    const code =
      exitCode === OWN_ERROR
        ? `${ownExitCode} (agent.log in the state directory says more)`
        : `Windows error ${exitCode}`;
    return { ...known, state: 'failed', detail: `it ended with ${code}` };
  }
  const running = now === 'running' || now === 'starting' || now === 'stopping' || now === 'stopped';
  return { ...known, state: running ? now : 'failed', detail: running ? null : `Windows says it is ${now}` };
}

async function until(wanted: readonly ServiceState['state'][], limitMs: number): Promise<ServiceState> {
  const end = performance.now() + limitMs;
  for (;;) {
    const now = await state();
    if (wanted.includes(now.state) || performance.now() > end) return now;
    await sleep(POLL_MS);
  }
}

async function stop(): Promise<void> {
  if ((await state()).state === 'absent')
    throw new CliError('There is no service on this machine: make it with trustfleet-agent install.');
  await asked(services().stop(NAME));
  const now = await until(['stopped', 'failed'], STOP_LIMIT_MS);
  if (now.state !== 'stopped' && now.state !== 'failed')
    throw new CliError(
      `The service did not stop within ${STOP_LIMIT_MS / 1000} s: it is ${now.state}. Look at agent.log in the state directory.`,
    );
}

async function register(directory: string, { stateDir, allowList }: ServicePlaces): Promise<void> {
  await asked(
    services().install(NAME, {
      displayName: 'Trustfleet agent',
      description:
        'Reports what this machine trusts to its Trustfleet server, and repairs what its owner permits.',
      argv: [win32.join(directory, SERVICE_PROGRAM), '--state-dir', stateDir, '--allow-list', allowList],
    }),
  );
}

/** The service manager of Windows; trustfleet-service.exe stands between it and the agent (docs/decisions/0009). */
export async function openWindowsService(): Promise<AgentService> {
  const programDirectory = await findProgramDirectory();
  return { ...CALLS, programDirectory, register: (places) => register(programDirectory, places) };
}

const CALLS: Omit<AgentService, 'programDirectory' | 'register'> = {
  programFiles: ['trustfleet-agent.exe', SERVICE_PROGRAM, 'koffi.node'],
  async requirePossible() {
    const access = await asked(openFileAccess());
    if (access === null || !access.isAdministrator())
      throw new CliError('The service belongs to the machine: run this as an administrator.');
  },
  async unregister() {
    if ((await state()).state === 'absent') return false;
    await stop();
    return asked(services().remove(NAME));
  },
  async start() {
    await asked(services().start(NAME));
    const now = await until(['running', 'failed', 'stopped'], START_LIMIT_MS);
    if (now.state !== 'running')
      throw new CliError(
        `The service did not start: it is ${now.state}${now.detail === null ? '' : `, ${now.detail}`}.`,
      );
  },
  stop,
  state,
};
