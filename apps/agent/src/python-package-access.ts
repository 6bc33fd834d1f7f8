import type { Host } from '@trustfleet/host';
import type { HostFacts } from '@trustfleet/policy';
import { openCodeOwners } from '@trustfleet/python';
import type { Account, PythonPackageAccess, PythonRun, PythonRunResult, Writer } from '@trustfleet/repair';
import { withoutPasswords } from './network-env.ts';
import { createTreeAccess, type TreeParts } from './tree-access.ts';

export interface PythonPackageParts extends Omit<TreeParts, 'host'> {
  readonly host: Host;
  /** The agent's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sections of this host, read now. */
  readonly facts: () => Promise<HostFacts>;
  /** Whether the host's allow-list names it keeper of that path. */
  readonly isKeeper: (path: string) => Promise<boolean>;
}

/** By which an index is reached and verified. */
const NETWORK = [
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'no_proxy',
  ],
  ...['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST', 'PIP_PROXY', 'PIP_CERT', 'PIP_CONFIG_FILE'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_DEFAULT_TIMEOUT'],
];

/** Another account could read the environment of its own process: what the agent's says of passwords stays with root. */
function networkEnv(env: PythonPackageParts['env'], account: Account | null): Record<string, string> {
  if (account !== null) return withoutPasswords(env, NETWORK);
  return Object.fromEntries(NETWORK.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

async function homeOf({ host, root }: PythonPackageParts, account: Account | null): Promise<string> {
  const uid = account?.uid ?? host.uid;
  const { users } = await host.users(root);
  return users.find((user) => user.uid === uid)?.home ?? '/';
}

async function loginEnv(parts: PythonPackageParts, account: Account | null): Promise<Record<string, string>> {
  if (parts.host.platform === 'windows') {
    const systemRoot = parts.env['SystemRoot'] ?? 'C:\\Windows';
    return { SystemRoot: systemRoot, PATH: `${systemRoot}\\System32`, TEMP: `${systemRoot}\\Temp` };
  }
  return { HOME: await homeOf(parts, account), PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' };
}

async function run(parts: PythonPackageParts, request: PythonRun): Promise<PythonRunResult> {
  const { argv, account, network, timeoutMs, maxOutputBytes, signal } = request;
  const result = await parts.host.runProgram({
    ...{ argv, timeoutMs, maxOutputBytes, signal },
    env: {
      ...(await loginEnv(parts, account)),
      ...(network ? networkEnv(parts.env, account) : {}),
      ...request.env,
    },
    // Stays open: its end is the end of the agent.
    input: '',
    runAs: account ?? undefined,
  });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  return { ...result, stdout: text(result.stdout), stderr: text(result.stderr) };
}

async function ownerOf(parts: PythonPackageParts, python: string): Promise<Writer> {
  const { host, root, env } = parts;
  const ownerIn = await openCodeOwners(host, { root, processEnv: env });
  const owner = await ownerIn({ path: python, kind: 'configured' });
  if (owner.kind === 'nobody') return { kind: 'nobody', reason: `${owner.because}.` };
  const { account } = owner;
  if (account === null)
    return host.uid === 0 || host.platform === 'windows'
      ? { kind: 'writer', account: null }
      : { kind: 'nobody', reason: `it is root's, and the agent has only the rights of uid ${host.uid}.` };
  if (account.uid === host.uid) return { kind: 'writer', account: null };
  return host.canActAs
    ? { kind: 'writer', account }
    : {
        kind: 'nobody',
        reason: `it belongs to uid ${account.uid}, and the agent has only the rights of uid ${host.uid}.`,
      };
}

async function certifiRoots(version: string): Promise<readonly string[] | null> {
  const { ROOT_CATALOGUE } = await import('@trustfleet/certificates/catalogue');
  return ROOT_CATALOGUE.rootsOf(version)?.roots.map(({ sha256 }) => sha256) ?? null;
}

/** Connects `python.upgradePackage` with this machine. */
export function createPythonPackageAccess(parts: PythonPackageParts): PythonPackageAccess {
  return {
    ...createTreeAccess(parts),
    facts: parts.facts,
    isKeeper: parts.isKeeper,
    ownerOf: (python) => ownerOf(parts, python),
    run: (request) => run(parts, request),
    certifiRoots,
  };
}
