import { setTimeout as sleep } from 'node:timers/promises';
import { EnrolmentFailed } from '@trustfleet/agent-link';
import { decodeEnrolmentToken, EnrolmentTokenError } from '@trustfleet/signing';
import { enrolHosts } from './enrol-hosts.ts';
import { SimFleet } from './fleet.ts';
import { readOptions, requireLoopback, USAGE, UsageError, type SimOptions } from './options.ts';

const CONNECTS_A_SECOND = 100;
const STATUS_MS = 5_000;
const CLOSE_MS = 1_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function summary(fleet: SimFleet): string {
  const { agents, online, counts } = fleet.state;
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return `${online} of ${agents} online; ${parts.join(', ')}`;
}

/** Loads the server until the time is over, or just stays. */
async function stay(fleet: SimFleet, { profile, seconds, agents }: SimOptions): Promise<void> {
  if (profile === 'idle') {
    await sleep(seconds * 1000);
    return;
  }
  const perSecond = await fleet.load({ kind: profile, warmUpSeconds: 1, seconds, agents });
  say(`${profile}: ${perSecond.toFixed(0)} reports a second`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  const address = options.server ?? decodeEnrolmentToken(options.token).address;
  requireLoopback(decodeEnrolmentToken(options.token).address, options.allowRemote);
  requireLoopback(address, options.allowRemote);
  const enrolled = await enrolHosts({
    token: options.token,
    count: options.agents,
    onWait: (count) => {
      say(`${count} enrolled; the server asks to wait a minute`);
    },
  });
  const fleet = new SimFleet({
    server: { ...enrolled.server, address },
    hosts: enrolled.hosts,
    permits: options.permits,
  });
  fleet.start(CONNECTS_A_SECOND);
  const limit = performance.now() + (options.agents / CONNECTS_A_SECOND) * 1000 + 30_000;
  while (fleet.state.online < options.agents && performance.now() < limit) await sleep(100);
  const status = setInterval(() => {
    say(summary(fleet));
  }, STATUS_MS);
  await stay(fleet, options);
  clearInterval(status);
  say(summary(fleet));
  fleet.stop();
  await sleep(CLOSE_MS);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = [UsageError, EnrolmentFailed, EnrolmentTokenError].some((kind) => error instanceof kind);
    const text =
      error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n${error instanceof UsageError ? `\n${USAGE}` : ''}`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
