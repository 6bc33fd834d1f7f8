import { openDatabase } from '@trustfleet/database';
import { simCredentials, simHost } from './identity.ts';

const AT_ONCE = 8;

/**
 * Makes hosts by their rows, without enrolment: the server takes 120 enrolments a minute from one address, a bench wants thousands.
 * A server reads them when it starts.
 */
export async function insertHosts(request: {
  readonly databaseUrl: string;
  readonly fleet: string;
  readonly count: number;
}): Promise<void> {
  const database = await openDatabase({ url: request.databaseUrl, poolSize: AT_ONCE });
  const enrolledAt = new Date();
  const insert = async (index: number): Promise<void> => {
    const host = simHost(request.fleet, index);
    await database.hosts.create({
      id: host.hostId,
      name: host.name,
      platform: 'linux',
      ...simCredentials(host),
      agentVersion: '0.1.0-sim',
      enrolledAt,
    });
  };
  try {
    for (let at = 0; at < request.count; at += AT_ONCE) {
      const some = Math.min(AT_ONCE, request.count - at);
      await Promise.all(Array.from({ length: some }, (_, index) => insert(at + index)));
    }
  } finally {
    await database.close();
  }
}
