import { parseArgs } from 'node:util';
import type { Exchange } from './load.ts';

export interface SimOptions {
  readonly token: string;
  /** Instead of the address in the token. */
  readonly server: string | null;
  readonly agents: number;
  readonly seconds: number;
  readonly profile: 'idle' | Exchange['kind'];
  readonly permits: readonly string[];
  readonly allowRemote: boolean;
}

/** The command line cannot be used; `message` is one sentence for a person. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `node tools/fleet-sim/fleet-sim.mjs --token TOKEN [options]

  --token TOKEN      an enrolment token with as many uses as agents (dashboard, or TRUSTFLEET_SIM_TOKEN)
  --agents N         simulated hosts, 1 to 5000 (default 10); the server takes 120 enrolments a minute
  --seconds N        how long they stay (default 60, at most 3600)
  --profile P        idle: heartbeats, and jobs are answered (default)
                     unchanged: reports with known digests, as fast as the server answers
                     pythons, trustStores: a changed body of about 10 KB each time, as fast as it is stored
  --permits A,B      remedies that the hosts permit (default: none, so the server sends no jobs)
  --server URL       another address than the token's
  --allow-remote     a server that is not on this machine
`;

const PROFILES = ['idle', 'unchanged', 'pythons', 'trustStores'] as const;
const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/;

function whole(name: string, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(`--${name} is a whole number from 1 to ${most}.`);
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        token: text,
        server: text,
        agents: { ...text, default: '10' },
        seconds: { ...text, default: '60' },
        profile: { ...text, default: 'idle' },
        permits: { ...text, default: '' },
        'allow-remote': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): SimOptions {
  const values = read(args);
  const token = values.token ?? env['TRUSTFLEET_SIM_TOKEN'];
  if (token === undefined || token === '')
    throw new UsageError('An enrolment token is needed: --token TOKEN.');
  const profile = PROFILES.find((name) => name === values.profile);
  if (profile === undefined) throw new UsageError(`--profile is one of ${PROFILES.join(', ')}.`);
  return {
    token,
    server: values.server ?? null,
    agents: whole('agents', values.agents, 5000),
    seconds: whole('seconds', values.seconds, 3600),
    profile,
    permits: values.permits.split(',').filter((name) => name !== ''),
    allowRemote: values['allow-remote'],
  };
}

/** A simulator is a load generator: by accident it never reaches another machine. @throws UsageError */
export function requireLoopback(address: string, allowRemote: boolean): void {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:') throw new UsageError(`${address} is not an https address.`);
  if (!allowRemote && !LOOPBACK.test(url.hostname))
    throw new UsageError(
      `${url.hostname} is another machine: simulated hosts would stay in its fleet. Add --allow-remote if you mean it.`,
    );
}
