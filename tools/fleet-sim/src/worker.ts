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

type Handlers = {
  readonly [Name in WorkerCommand['do']]: (request: Extract<WorkerCommand, { do: Name }>) => unknown;
};

/** One entry for each command; what it returns, or resolves to, is the answer. */
const HANDLERS: Handlers = {
  fleet: ({ server: view, fleet: name, from, count }) => {
    const hosts = Array.from({ length: count }, (_, index) => simHost(name, from + index));
    fleet = new SimFleet({ server: view, hosts });
  },
  // Only here: a fleet needs no database client in its memory.
  insert: async (request) => (await import('./insert-hosts.ts')).insertHosts(request),
  bareSql: async (request) => (await import('./bare-sql.ts')).bareSqlInserts(request),
  start: ({ perSecond }) => {
    running().start(perSecond);
  },
  state: () => running().state,
  load: (request) => running().load(request),
  bareEcho: (request) => bareEcho(request),
  reportBytes: () => running().agents[0]?.reportBytes(),
  stop: () => fleet?.stop(),
};

async function obey(request: WorkerCommand): Promise<unknown> {
  // The entry of this very command: TypeScript does not follow that through a look-up.
  const handler = HANDLERS[request.do] as (request: WorkerCommand) => unknown;
  return (await handler(request)) ?? null;
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
