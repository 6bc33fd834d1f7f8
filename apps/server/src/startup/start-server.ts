import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { SERVER } from '@trustfleet/database';
import type { ServerConfig } from '../config/config.ts';
import type { EnrolmentService } from '../features/fleet/enrolment.service.ts';
import { enrolmentListener } from '../features/fleet/enrolment-endpoint.ts';
import { createApiApp } from '../http/app.ts';
import type { Logger } from '../logging/logger.ts';
import { compose } from './compose.ts';
import { ensureDefaultPolicies } from './default-policy.ts';
import { openPorts, readyFile, type Ports } from './ports.ts';
import { writePrivateFile } from './private-files.ts';
import { openStorage, prepareDataDir, requireUnused, type Storage } from './storage.ts';

/** What the launcher reads in `<dataDir>/run/ready.json` (0600). */
export interface ReadyFacts {
  readonly url: string;
  readonly agentUrl: string;
  /** One-time link for the first administrator; null when there is one. */
  readonly setupUrl: string | null;
  readonly pid: number;
  /** For agents of this machine, one use each; as many as TRUSTFLEET_LOCAL_TOKENS asks. */
  readonly enrolmentTokens: readonly string[];
}

export interface RunningServer {
  readonly ready: ReadyFacts;
  /** Messages that agents have sent since the start. */
  messages(): number;
  /** Says goodbye to agents and browsers and stops the database. Idempotent. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly config: ServerConfig;
  readonly logger: Logger;
  /** Enrolment tokens for agents of this machine. */
  readonly localTokens: number;
}

async function makeLocalTokens(enrolment: EnrolmentService, ports: Ports, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const { token } = await enrolment.createToken(SERVER, {
      uses: 1,
      expiresInHours: 1,
      address: ports.localAgentUrl,
    });
    tokens.push(token);
  }
  return tokens;
}

/** Starts everything. What was begun is ended again when a later step fails. @throws StartupError with one sentence */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config } = options;
  const ended: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = () => (stopping ??= endAll(ended, options.logger));
  try {
    await prepareDataDir(config.dataDir);
    await requireUnused(config.dataDir, config.apiSocket);
    await rm(readyFile(config.dataDir), { force: true });
    const ports = await openPorts(config, options.logger);
    ended.push(
      () => ports.closeAgents(),
      () => ports.closeFront(),
    );
    const storage = await openStorage({
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      logger: options.logger,
    });
    ended.unshift(() => storage.stop());
    return { ...(await serve(options, { ports, storage, ended })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serve(
  options: StartOptions,
  parts: { ports: Ports; storage: Storage; ended: (() => Promise<void>)[] },
): Promise<Pick<RunningServer, 'ready' | 'messages'>> {
  const { config, logger } = options;
  const { ports, ended } = parts;
  const { database } = parts.storage;
  const now = new Date();
  const fleet = await database.fleet.getOrCreate({ id: randomUUID(), name: 'Trustfleet', now });
  await ensureDefaultPolicies(database, { dataDir: config.dataDir, now });
  const composition = await compose({ config, database, ports, fleetId: fleet.id, logger });
  ended.push(() => composition.stop());
  const app = await createApiApp({
    services: composition.services,
    accounts: composition.accounts,
    signIn: composition.signIn,
    logger,
  });
  ended.push(() => app.close());
  const enrol = enrolmentListener(composition.services.enrolment, logger);
  ports.serve({
    api: app.listener,
    agents: (request, response) => {
      if (!composition.artifacts(request, response)) enrol(request, response);
    },
  });
  const token = await composition.services.setup.issueToken();
  const ready: ReadyFacts = {
    url: ports.url,
    agentUrl: ports.agentUrl,
    setupUrl: token === null ? null : `${ports.url}/setup?token=${token}`,
    pid: process.pid,
    enrolmentTokens: await makeLocalTokens(composition.services.enrolment, ports, options.localTokens),
  };
  await writePrivateFile(readyFile(config.dataDir), `${JSON.stringify(ready)}\n`);
  // Ended in reverse: the launcher's file, then the browsers, then what serves them, then the agents, the database last.
  ended.push(
    () => {
      composition.services.events.close();
      return ports.closeFront();
    },
    () => rm(readyFile(config.dataDir), { force: true }),
  );
  return { ready, messages: () => composition.hub.messages() };
}

/** Ends the parts, last begun first; one that fails does not keep the others. */
async function endAll(ended: (() => Promise<void>)[], logger: Logger): Promise<void> {
  for (const end of ended.reverse()) {
    try {
      await end();
    } catch (error) {
      logger.error({ err: error }, 'a part did not end cleanly');
    }
  }
}
