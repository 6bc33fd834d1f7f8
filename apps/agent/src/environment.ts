const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Environment as it was when the agent was started: what `scan` reports and searches for interpreters. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Keeps the environment for the inventory, and from then on names only the system's directories in PATH: what libraries
 * start by a bare name (systeminformation's `grep`) is then never a program out of a user's directory.
 */
export function takeEnvironment(): Environment {
  const taken = { ...process.env };
  if (process.platform !== 'win32') process.env['PATH'] = SYSTEM_PATH;
  return taken;
}

/** Other accounts of the machine see a command line, but not an environment (proc(5)). */
export const TOKEN_VARIABLE = 'TRUSTFLEET_ENROLMENT_TOKEN';
