import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase, startEmbeddedPostgres } from '@trustfleet/database';
import { FleetProcess } from './fleet-process.ts';
import { ServerProcess, type AgentsView } from './server-process.ts';
import { note } from './table.ts';

/** A server with hosts in its database, and an empty fleet process beside it. */
export interface Stage {
  readonly server: ServerProcess;
  readonly fleet: FleetProcess;
  /** Names the simulated hosts (tools/fleet-sim `simHost`). */
  readonly fleetName: string;
  readonly view: AgentsView;
  readonly dataDir: string;
  /** Ends all processes and removes the directory. */
  readonly clear: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Work on the server's own PostgreSQL while the server is down. */
export async function withDatabase<T>(dataDir: string, work: (url: string) => Promise<T>): Promise<T> {
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'pg') });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

async function fleetIdOf(url: string): Promise<string> {
  const database = await openDatabase({ url, poolSize: 1 });
  try {
    const fleet = await database.fleet.getOrCreate({ id: randomUUID(), name: 'Trustfleet', now: new Date() });
    return fleet.id;
  } finally {
    await database.close();
  }
}

/** Makes everything but starts no agent: the server has run once (keys, schema) and is down again. */
export async function setStage(hosts: number): Promise<Stage> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'trustfleet-bench-'));
  // Started as root PostgreSQL runs under another account, which has to pass.
  await chmod(dataDir, 0o711);
  const server = new ServerProcess({ dataDir, port: await freePort(), agentPort: await freePort() });
  const fleet = new FleetProcess();
  const fleetName = randomUUID();
  const clear = async (): Promise<void> => {
    fleet.end();
    await server.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await server.start();
    await server.end('SIGTERM');
    const fleetId = await withDatabase(dataDir, async (url) => {
      // By another process: its database client is no part of the agents' memory.
      const inserter = new FleetProcess();
      try {
        await inserter.ask({ do: 'insert', databaseUrl: url, fleet: fleetName, count: hosts });
      } finally {
        inserter.end();
      }
      return await fleetIdOf(url);
    });
    return { server, fleet, fleetName, view: server.agentsView(fleetId), dataDir, clear };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Runs `work` on a stage and clears it away, also when a person interrupts. */
export async function onStage(hosts: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await setStage(hosts);
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        reject(new Error(`ended by ${signal}`));
      });
  });
  try {
    await Promise.race([work(stage), interrupted]);
  } catch (error) {
    note(`The server's log ends with:\n${stage.server.log().slice(-3000)}`);
    throw error;
  } finally {
    await stage.clear();
  }
}
