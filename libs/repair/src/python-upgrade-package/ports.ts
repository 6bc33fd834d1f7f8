import type { HostFacts } from '@trustfleet/policy';
import type { Account, TreeAccess, Writer } from '../code-trees/ports.ts';

export interface PythonRun {
  /** The interpreter, and what it is given. */
  readonly argv: readonly [string, ...string[]];
  /** Null: the agent's own rights. */
  readonly account: Account | null;
  /** Beside a login's PATH, HOME and LANG. */
  readonly env: Readonly<Record<string, string>>;
  /** With the settings by which that account reaches an index: proxies, pip's own variables. Never told in a log. */
  readonly network: boolean;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

export interface PythonRunResult {
  readonly state: 'exited' | 'signalled' | 'timedOut' | 'outputTooLarge' | 'notStarted';
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly reason: string | null;
}

/** What this remedy needs of the host; the agent connects it with libs/host and libs/python. */
export interface PythonPackageAccess extends TreeAccess {
  /** The sections `pythons`, `bundles` and `shotgrid` as they are now. */
  facts(): Promise<HostFacts>;
  /**
   * Whose code a start of this interpreter executes: itself, its standard library, every directory of packages and what `.pth` files add.
   * `account` null: all of it is root's. Nobody's where two accounts, a group or others can write any of it.
   */
  ownerOf(python: string): Promise<Writer>;
  /**
   * Runs it in an empty directory of root's, its stdin open as long as this process lives, so that it can end with it; the whole process
   * group is killed at the time limit, at the output limit, and when `signal` fires.
   */
  run(request: PythonRun): Promise<PythonRunResult>;
  /** The host's allow-list names it keeper of that path. */
  isKeeper(path: string): Promise<boolean>;
  /** Roots of a release of certifi by SHA-256; null for one that the catalogue does not know. */
  certifiRoots(version: string): Promise<readonly string[] | null>;
}
