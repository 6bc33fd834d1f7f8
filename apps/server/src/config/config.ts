import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';

/** What the environment asks of this server; one parse, at start. Ports may be 0: the system chooses. */
export interface ServerConfig {
  /** Address that the browsers' port listens on. */
  readonly host: string;
  readonly port: number;
  /** Address that the agents' port listens on; null: all addresses of this machine. */
  readonly agentHost: string | null;
  readonly agentPort: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Under which URL other machines reach this server; null: only this machine. */
  readonly publicUrl: URL | null;
  /** External PostgreSQL; null: the embedded one in the data directory. */
  readonly databaseUrl: string | null;
  /** PEM files for the browsers' port; null: plain http, on loopback only. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
  readonly dashboardSocket: string;
  readonly apiSocket: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** The environment cannot be used; `message` is one sentence for the operator and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** Longest path that a unix socket can have (sun_path of Linux, 108 bytes with its end mark). */
const SOCKET_PATH_LIMIT = 107;

const port = (name: string, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, `${name} must be a port number from 0 to 65535.`)
    .transform(Number)
    .refine((value) => value <= 65_535, `${name} must be a port number from 0 to 65535.`)
    .default(fallback);

const httpUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  context.addIssue({
    code: 'custom',
    message:
      'TRUSTFLEET_PUBLIC_URL must be an http or https URL without a password, for example https://trustfleet.studio.example.',
  });
  return z.NEVER;
});

const databaseUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol),
    'DATABASE_URL must be a PostgreSQL URL, for example postgresql://user:password@db.example:5432/trustfleet.',
  );

const environment = z.object({
  TRUSTFLEET_HOST: z.string().max(255).optional(),
  TRUSTFLEET_PORT: port('TRUSTFLEET_PORT', 4600),
  TRUSTFLEET_AGENT_HOST: z.string().max(255).optional(),
  TRUSTFLEET_AGENT_PORT: port('TRUSTFLEET_AGENT_PORT', 4601),
  TRUSTFLEET_DATA_DIR: z.string().optional(),
  TRUSTFLEET_PUBLIC_URL: httpUrl.optional(),
  TRUSTFLEET_TLS_CERT: z.string().optional(),
  TRUSTFLEET_TLS_KEY: z.string().optional(),
  TRUSTFLEET_DASHBOARD_SOCKET: z.string().optional(),
  TRUSTFLEET_API_SOCKET: z.string().optional(),
  TRUSTFLEET_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'TRUSTFLEET_LOG_LEVEL must be debug, info, warn or error.')
    .default('info'),
  DATABASE_URL: databaseUrl.optional(),
});
type Environment = z.infer<typeof environment>;

/** Root keeps its state where services do; another user where the XDG base directory rules say. */
function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/trustfleet';
  const data = env['XDG_DATA_HOME'];
  return data !== undefined && isAbsolute(data)
    ? join(data, 'trustfleet')
    : join(homedir(), '.local/share/trustfleet');
}

function tlsFiles(values: Environment): ServerConfig['tls'] {
  const { TRUSTFLEET_TLS_CERT: certificateFile, TRUSTFLEET_TLS_KEY: keyFile } = values;
  if (certificateFile === undefined && keyFile === undefined) return null;
  if (certificateFile === undefined || keyFile === undefined) {
    throw new ConfigError(
      'TRUSTFLEET_TLS_CERT and TRUSTFLEET_TLS_KEY belong together: set both, or neither for http on this machine only.',
    );
  }
  return { certificateFile: resolve(certificateFile), keyFile: resolve(keyFile) };
}

function listenHost(values: Environment, tls: ServerConfig['tls']): string {
  const host = values.TRUSTFLEET_HOST ?? (tls === null ? '127.0.0.1' : '0.0.0.0');
  if (tls === null && !LOOPBACK.has(host)) {
    throw new ConfigError(
      `TRUSTFLEET_HOST is "${host}", which other machines can reach, but there is no certificate: set TRUSTFLEET_TLS_CERT and TRUSTFLEET_TLS_KEY, or listen on 127.0.0.1.`,
    );
  }
  return host;
}

function socketPath(name: string, path: string): string {
  if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT) {
    throw new ConfigError(
      `The path of a unix socket may have ${SOCKET_PATH_LIMIT} bytes, "${path}" has more: set ${name} or choose a shorter TRUSTFLEET_DATA_DIR.`,
    );
  }
  return path;
}

/**
 * Reads the whole configuration. An empty variable counts as unset.
 * @throws ConfigError with one sentence that names the variable
 */
export function readConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues[0]?.message ?? 'The environment cannot be used.');
  const values = parsed.data;
  const tls = tlsFiles(values);
  const dataDir = resolve(values.TRUSTFLEET_DATA_DIR ?? defaultDataDir(env));
  return {
    host: listenHost(values, tls),
    port: values.TRUSTFLEET_PORT,
    agentHost: values.TRUSTFLEET_AGENT_HOST ?? null,
    agentPort: values.TRUSTFLEET_AGENT_PORT,
    dataDir,
    publicUrl: values.TRUSTFLEET_PUBLIC_URL ?? null,
    databaseUrl: values.DATABASE_URL ?? null,
    tls,
    dashboardSocket: socketPath(
      'TRUSTFLEET_DASHBOARD_SOCKET',
      resolve(values.TRUSTFLEET_DASHBOARD_SOCKET ?? join(dataDir, 'run/dashboard.sock')),
    ),
    apiSocket: socketPath(
      'TRUSTFLEET_API_SOCKET',
      resolve(values.TRUSTFLEET_API_SOCKET ?? join(dataDir, 'run/api.sock')),
    ),
    logLevel: values.TRUSTFLEET_LOG_LEVEL,
  };
}
