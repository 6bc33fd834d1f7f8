import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { enrol, EnrolmentFailed } from '@trustfleet/agent-link';
import { hostPlatform } from '@trustfleet/host';
import { createAllowListSource } from '../allow-list-source.ts';
import { readAllowList } from '@trustfleet/repair';
import { CliError } from '@trustfleet/terminal';
import { ensureKeySeed, readIdentity, saveIdentity } from '../state/identity.ts';
import { ensureStateDir } from '../state/state-directory.ts';
import { AGENT_VERSION } from '../version.ts';

export interface EnrollOptions {
  readonly token: string;
  readonly stateDir: string;
  readonly allowList: string;
  readonly name?: string;
}

/** Turns this machine into a host of the token's fleet, says what it may do, and what comes next. */
export async function enrollCommand(options: EnrollOptions, output: NodeJS.WritableStream): Promise<void> {
  await enrolMachine(options, output);
  output.write(
    'Start the agent with: trustfleet-agent start (where it is installed as a service), else: trustfleet-agent run\n',
  );
}

/** Turns this machine into a host of the token's fleet, and says what it may do. */
export async function enrolMachine(options: EnrollOptions, output: NodeJS.WritableStream): Promise<void> {
  const { stateDir } = options;
  await ensureStateDir(stateDir);
  const present = await readIdentity(stateDir);
  if (present !== null) {
    throw new CliError(
      `This machine is enrolled already: host ${present.hostId} at ${present.address} (${stateDir}). To enrol it anew, stop the agent and move ${stateDir} away.`,
    );
  }
  const keySeed = await ensureKeySeed(stateDir, () => new Uint8Array(randomBytes(32)));
  const name = options.name ?? null;
  try {
    const identity = await enrol({
      token: options.token,
      keySeed,
      hostname: name ?? hostname(),
      platform: hostPlatform(),
      agentVersion: AGENT_VERSION,
    });
    await saveIdentity(stateDir, identity, { name, enrolledAt: new Date().toISOString() });
    output.write(`Enrolled as host ${identity.hostId} at ${identity.address}.\n`);
  } catch (error) {
    if (error instanceof EnrolmentFailed) throw new CliError(error.message);
    throw error;
  }
  const list = await readAllowList(await createAllowListSource(), options.allowList);
  output.write(
    list.permits.length > 0
      ? `Permitted here by ${list.path}: ${list.permits.join(', ')}.\n`
      : `This host only observes: nothing can be changed on it until its owner permits that in ${list.path}.${list.state === 'rejected' ? ` ${list.problem ?? ''}` : ''}\n`,
  );
}
