import { readFile } from 'node:fs/promises';
import { atomicWriteFile, removeFile, runProgram } from '@trustfleet/host';
import { CliError, errorCode } from '@trustfleet/terminal';
import { isThere } from '../../is-there.ts';
import type { AgentService, ServicePlaces, ServiceState } from '../types.ts';
import { showUnit, systemctl, systemdVersion } from './systemctl.ts';
import { UNIT, unitText } from './unit.ts';

const PROGRAM_DIRECTORY = '/opt/trustfleet/bin';
const PROGRAM = 'trustfleet-agent';
const UNIT_FILE = `/etc/systemd/system/${UNIT}`;
/** sd_booted(3): there only where systemd runs this machine, and not just lies on its disk. */
const BOOTED = '/run/systemd/system';

const STATES: Readonly<Record<string, ServiceState['state']>> = {
  active: 'running',
  reloading: 'running',
  activating: 'starting',
  deactivating: 'stopping',
  inactive: 'stopped',
  failed: 'failed',
};

async function requirePossible(): Promise<void> {
  if (process.geteuid?.() !== 0)
    throw new CliError('The service belongs to the machine: run this as root (sudo).');
  if (!(await isThere(BOOTED)))
    throw new CliError(
      'This machine is not run by systemd, which is the only service manager that is served here. Run the agent in the foreground, by whatever starts programs on this machine: trustfleet-agent run',
    );
}

async function register(places: ServicePlaces): Promise<void> {
  const program = `${PROGRAM_DIRECTORY}/${PROGRAM}`;
  const text = unitText({ program, places, systemdVersion: await systemdVersion(runProgram) });
  const present = await readFile(UNIT_FILE, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (present !== text) {
    await atomicWriteFile(UNIT_FILE, Buffer.from(text), { mode: 0o644 });
    await systemctl(runProgram, 'daemon-reload');
  }
  await systemctl(runProgram, 'enable', UNIT);
}

async function unregister(): Promise<boolean> {
  if (!(await isThere(UNIT_FILE))) return false;
  await systemctl(runProgram, 'disable', '--now', UNIT);
  await removeFile(UNIT_FILE);
  await systemctl(runProgram, 'daemon-reload');
  // A unit that failed is remembered until this, with its last state.
  await systemctl(runProgram, 'reset-failed', UNIT).catch((error: unknown) => {
    // Nothing to forget: "Unit trustfleet-agent.service not loaded."
    if (!(error instanceof CliError)) throw error;
  });
  return true;
}

async function state(): Promise<ServiceState> {
  if (!(await isThere(BOOTED))) return { state: 'absent', detail: null, startsWithMachine: null };
  const properties = ['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Result'];
  const shown = await showUnit(runProgram, { unit: UNIT, properties });
  if (shown['LoadState'] === 'not-found') return { state: 'absent', detail: null, startsWithMachine: null };
  const result = shown['Result'] ?? 'success';
  const detail = [
    ...(shown['SubState'] === 'auto-restart' ? ['it ended and is started again'] : []),
    ...(result === 'success' ? [] : [`the last run ended with ${result}`]),
  ];
  return {
    state: STATES[shown['ActiveState'] ?? ''] ?? 'failed',
    detail: detail.length === 0 ? null : detail.join('; '),
    startsWithMachine: shown['UnitFileState'] === 'enabled',
  };
}

async function requireUnit(): Promise<void> {
  if (!(await isThere(UNIT_FILE)))
    throw new CliError('There is no service on this machine: make it with trustfleet-agent install.');
}

/** systemd(1), by its own commands. The unit's form is in unit.ts. */
export const systemdService: AgentService = {
  programDirectory: PROGRAM_DIRECTORY,
  programFiles: [PROGRAM],
  requirePossible,
  register,
  unregister,
  async start() {
    await requireUnit();
    await systemctl(runProgram, 'start', UNIT);
  },
  async stop() {
    await requireUnit();
    await systemctl(runProgram, 'stop', UNIT);
  },
  state,
};
