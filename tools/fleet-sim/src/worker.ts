import { z } from 'zod';
import { bareEcho } from './bare-echo.ts';
import { SimFleet } from './fleet.ts';
import { simHost } from './identity.ts';

/*
 * A fleet in a process of its own, driven over the IPC channel of `fork` (tools/bench): one request at a time, one answer each. It ends
 * with its parent, and by itself after MAX_LIFE_MS.
 */

const MAX_LIFE_MS = 15 * 60_000;

const server = z.object({
  address: z.string(),
  fleetId: z.string(),
  caCertificate: z.string(),
  serverKey: z.string(),
});
const timing = { warmUpSeconds: z.number(), seconds: z.number(), agents: z.number() };
const command = z.discriminatedUnion('do', [
  z.object({ do: z.literal('fleet'), server, fleet: z.string(), from: z.number(), count: z.number() }),
  z.object({
    do: z.literal('insert'),
    databaseUrl: z.string(),
    fleet: z.string(),
    count: z.number(),
  }),
  z.object({ do: z.literal('start'), perSecond: z.number() }),
  z.object({ do: z.literal('state') }),
  z.object({ do: z.literal('load'), kind: z.enum(['unchanged', 'pythons', 'trustStores']), ...timing }),
  z.object({ do: z.literal('bareEcho'), server, frameBytes: z.number(), ...timing }),
  z.object({
    do: z.literal('bareSql'),
    databaseUrl: z.string(),
    kind: z.enum(['pythons', 'trustStores']),
    seconds: z.number(),
  }),
  z.object({ do: z.literal('reportBytes') }),
  z.object({ do: z.literal('stop') }),
]);
export type WorkerCommand = z.infer<typeof command>;

let fleet: SimFleet | undefined;

function running(): SimFleet {
  if (fleet === undefined) throw new Error('There is no fleet yet: send `fleet` first.');
  return fleet;
}

async function obey(request: WorkerCommand): Promise<unknown> {
  switch (request.do) {
    case 'fleet':
      fleet = new SimFleet({
        server: request.server,
        hosts: Array.from({ length: request.count }, (_, index) =>
          simHost(request.fleet, request.from + index),
        ),
      });
      return null;
    case 'insert': {
      // Only here: a fleet needs no database client in its memory.
      const { insertHosts } = await import('./insert-hosts.ts');
      await insertHosts(request);
      return null;
    }
    case 'start':
      running().start(request.perSecond);
      return null;
    case 'state':
      return running().state;
    case 'load':
      return await running().load(request);
    case 'bareEcho':
      return await bareEcho(request);
    case 'bareSql': {
      const { bareSqlInserts } = await import('./bare-sql.ts');
      return await bareSqlInserts(request);
    }
    case 'reportBytes':
      return running().agents[0]?.reportBytes() ?? null;
    case 'stop':
      fleet?.stop();
      return null;
  }
}

process.on('message', (message: { readonly id: number; readonly command: unknown }) => {
  const { id } = message;
  obey(command.parse(message.command)).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
setTimeout(() => process.exit(1), MAX_LIFE_MS).unref();
