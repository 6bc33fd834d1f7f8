import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatedInvitation, GroupScope, PolicyView, Role } from '@trustfleet/api';
import { migrate, startEmbeddedPostgres } from '@trustfleet/database';
import { startPostgresLab, type PostgresLab } from '@trustfleet/testkit';
import { createLogger } from '../logging/logger.ts';
import { readConfig } from '../config/config.ts';
import { startServer, type RunningServer } from '../startup/start-server.ts';

export const ADMINISTRATOR = {
  name: 'Kim Test',
  email: 'kim@studio.example',
  password: 'correct horse battery',
};

/** One PostgreSQL for a test file; each server gets an empty database of its own. */
export function startLab(): Promise<PostgresLab> {
  return startPostgresLab({ start: startEmbeddedPostgres, migrate });
}

/** A whole server on ports of its own. */
export interface TestServer extends RunningServer {
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Every line of its log. */
  readonly log: string[];
  /** Stops it and removes its directory. */
  remove(): Promise<void>;
}

interface TestServerOptions {
  readonly databaseUrl: string;
  readonly dataDir?: string;
  readonly localTokens?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the server as `main.ts` does, on free ports. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'trustfleet-server-')));
  const config = readConfig({
    TRUSTFLEET_PORT: '0',
    TRUSTFLEET_AGENT_HOST: '127.0.0.1',
    TRUSTFLEET_AGENT_PORT: '0',
    TRUSTFLEET_DATA_DIR: dataDir,
    DATABASE_URL: options.databaseUrl,
    ...options.env,
  });
  const log: string[] = [];
  const logger = createLogger('info', { write: (line) => void log.push(line) });
  const server = await startServer({ config, logger, localTokens: options.localTokens ?? 0 });
  return {
    ...server,
    dataDir,
    databaseUrl: options.databaseUrl,
    log,
    remove: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A browser's page of the server's own origin, signed in or not. */
export class Page {
  readonly origin: string;
  cookie: string | null = null;

  constructor(origin: string) {
    this.origin = origin;
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const headers: Record<string, string> = { origin: this.origin };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.cookie !== null) headers['cookie'] = this.cookie;
    const response = await fetch(this.origin + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'manual',
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as T,
    };
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.ask<T>('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<Answer<T>> {
    return this.ask<T>('POST', path, body);
  }

  async signIn(email = ADMINISTRATOR.email, password = ADMINISTRATOR.password): Promise<Answer> {
    const answer = await this.post('/api/auth/sign-in/email', { email, password });
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
    if (answer.status === 200) this.cookie = cookies.join('; ');
    return answer;
  }
}

/** The token of the one-time link. */
export function setupToken(server: RunningServer): string {
  return new URL(server.ready.setupUrl ?? 'http://none').searchParams.get('token') ?? '';
}

/** Makes the first administrator and signs in. */
export async function signedIn(server: RunningServer): Promise<Page> {
  const page = new Page(server.ready.url);
  const made = await page.post('/api/v1/setup', { token: setupToken(server), ...ADMINISTRATOR });
  if (made.status !== 201) throw new Error(`set-up answered ${made.status}: ${JSON.stringify(made.body)}`);
  const answer = await page.signIn();
  if (answer.status !== 200)
    throw new Error(`sign-in answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return page;
}

/** A server on a PostgreSQL of its own, with its administrator's page. */
export interface ServerLab {
  readonly postgres: PostgresLab;
  readonly server: TestServer;
  readonly page: Page;
  stop(): Promise<void>;
}

export async function startServerLab(): Promise<ServerLab> {
  const postgres = await startLab();
  const server = await startTestServer({ databaseUrl: await postgres.freshDatabase() });
  return {
    postgres,
    server,
    page: await signedIn(server),
    stop: async () => {
      await server.remove();
      await postgres.stop();
    },
  };
}

/** SHA-256 of the anchor that a new server's policies require and that no store of the tests holds. */
export async function demoAnchor(page: Page): Promise<string> {
  const { items } = (await page.get<{ items: PolicyView[] }>('/api/v1/policies')).body;
  return items[0]?.anchors.at(-1)?.sha256 ?? '';
}

/** Asks again until the answer fits. @throws with the last answer after `limitMs` */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (value: T) => boolean,
  limitMs = 40_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (fits(value)) return value;
    if (Date.now() > end) throw new Error(`never became true; last: ${JSON.stringify(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A new person: invited by `page`, the invitation accepted, signed in. At most nine on one server: sign-ins of one address are limited. */
export async function personWith(
  page: Page,
  rights: { readonly role: Role; readonly groups?: GroupScope; readonly email?: string },
): Promise<Page> {
  const { role, groups = 'all', email = `${role}-${randomUUID()}@studio.example` } = rights;
  const invited = await page.post<CreatedInvitation>('/api/v1/invitations', { email, role, groups });
  if (invited.status !== 201) throw new Error(`the invitation answered ${JSON.stringify(invited.body)}`);
  const token = new URL(invited.body.url).searchParams.get('token') ?? '';
  const person = new Page(page.origin);
  const { password } = ADMINISTRATOR;
  const made = await person.post('/api/v1/invitations/accept', { token, name: `The ${role}`, password });
  if (made.status !== 201) throw new Error(`accepting answered ${JSON.stringify(made.body)}`);
  const answer = await person.signIn(email);
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}`);
  return person;
}
