import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { enrol, EnrolmentFailed, type AgentIdentity } from '@trustfleet/agent-link';
import type { SimHost, SimServer } from './identity.ts';

const AT_ONCE = 4;
/** As the server's Retry-After says. */
const SLOW_DOWN_MS = 60_000;

interface Enrolment {
  readonly token: string;
  readonly count: number;
  readonly onWait?: (enrolled: number) => void;
}

export interface EnrolledFleet {
  readonly server: SimServer;
  readonly hosts: readonly SimHost[];
}

/** Real enrolments, as a workstation does them. @throws EnrolmentFailed */
export async function enrolHosts({ token, count, onWait }: Enrolment): Promise<EnrolledFleet> {
  const identities: AgentIdentity[] = [];
  const names = new Map<string, string>();
  const one = async (index: number): Promise<void> => {
    const hostname = `sim-${String(index).padStart(5, '0')}`;
    for (;;) {
      try {
        const facts = { token, keySeed: randomBytes(32), hostname, agentVersion: '0.1.0-sim' };
        const identity = await enrol({ ...facts, platform: 'linux' });
        names.set(identity.hostId, hostname);
        identities.push(identity);
        return;
      } catch (error) {
        if (!(error instanceof EnrolmentFailed && error.code === 'slowDown')) throw error;
        onWait?.(identities.length);
        await sleep(SLOW_DOWN_MS * (1 + Math.random() / 10));
      }
    }
  };
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - at);
    await Promise.all(Array.from({ length: some }, (_, index) => one(at + index)));
  }
  const [first] = identities;
  if (first === undefined) throw new RangeError('No host was enrolled.');
  return {
    server: first,
    hosts: identities.map(({ hostId, secret, keySeed }) => ({
      hostId,
      name: names.get(hostId) ?? hostId,
      secret,
      keySeed: Buffer.from(keySeed, 'base64'),
    })),
  };
}
