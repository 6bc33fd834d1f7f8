import type {
  BundlesSection,
  CaVariable,
  ClientOption,
  PythonEnvironment,
  PythonsSection,
  VariablesSection,
} from '@trustfleet/protocol';
import type { Account } from './ports.ts';

/**
 * Where a product keeps its Python (failures.md §7.4). A pattern is an absolute path whose parts may hold `*` (any text within one
 * part) and `[0-9]`; `~/` stands for each person's home. The first `*` is the product's version. Patterns of another platform
 * match nothing here.
 */
export interface ProductPlace {
  /** e.g. `Maya`. */
  readonly product: string;
  readonly patterns: readonly string[];
}

export interface CollectOptions {
  /** Prefix of every machine path and home, for tests and images. Default '/'. */
  readonly root?: string;
  /** The agent's own environment: its CA variables are the scope `service`. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Directories searched for interpreters, like PATH. Default: PATH of processEnv. */
  readonly path?: string;
  /** Empty directory that only root (or the agent's account) can write: cwd of interpreters. Default '/'. */
  readonly workingDirectory?: string;
  /** How long one interpreter may take to answer. Default 10000. */
  readonly interpreterTimeoutMs?: number;
  /** Added to the built-in table of products. */
  readonly products?: readonly ProductPlace[];
  /** Directories that a person configured, or named on the command line: Pythons are looked for below them to a bounded depth. */
  readonly search?: readonly string[];
  /** Single interpreters that something names: `interpreter_<OS>.cfg` of a pipeline configuration (shotgrid.md §2.2). */
  readonly interpreters?: readonly string[];
  /** Network mounts that may be read, in a child that is given up when the share does not answer; every other one is left alone. */
  readonly readNetwork?: readonly string[];
  /** What the last look left: nothing that has not changed since is opened or started again. */
  readonly known?: KnownPythons | undefined;
}

/** `readAs` null: read with the agent's own rights. */
export interface CollectedVariable {
  readonly variable: CaVariable;
  readonly readAs: Account | null;
}
export interface VariablesResult {
  readonly section: VariablesSection;
  readonly variables: readonly CollectedVariable[];
  /** Of the machine's and people's configuration files. */
  readonly options: readonly CollectedOption[];
  /** Files and directories whose change means: collect again. */
  readonly watch: readonly string[];
}

/** cacert.pem of one certifi, by the Python that has it. */
export interface CertifiCopy {
  readonly path: string;
  readonly python: string;
  readonly version: string | null;
  readonly readAs: Account | null;
}
/** A CA file that another package brings: httplib2, botocore, pip's own certifi, old requests. */
export interface PackageBundle extends CertifiCopy {
  readonly name: string;
}
/** What a Python loads where no variable tells it otherwise: compiled-in paths (python-tls.md §3). */
export interface DefaultStore {
  readonly path: string;
  readonly form: 'file' | 'directory';
  readonly python: string;
  readonly readAs: Account | null;
}
/** A CA file that a copy of shotgun_api3 brings: the shape of libs/shotgrid `ShotgridResult.bundles`. */
export interface ApiBundleCopy {
  readonly path: string;
  /** The file that holds the copy's version. */
  readonly api: string;
  readonly version: string | null;
  readonly readAs: Account | null;
}
/** An option of a client's configuration file. `isPath`: its value names a file of anchors. */
export interface CollectedOption {
  readonly option: ClientOption;
  readonly isPath: boolean;
  readonly readAs: Account | null;
}
/** A file, or directory of hashed names, that code names as what it trusts. */
export interface TrustedFile {
  readonly path: string;
  /** The file of code. */
  readonly code: string;
  readonly readAs: Account | null;
}
/** A directory on one Python's import path. */
export interface SiteDirectory {
  readonly directory: string;
  readonly python: string;
}

/** What other collectors, and the next look, follow from. JSON. */
export interface PythonFacts {
  readonly certifi: readonly CertifiCopy[];
  readonly packageBundles: readonly PackageBundle[];
  readonly defaults: readonly DefaultStore[];
  /** In import order for each Python; Pythons sorted by path. */
  readonly sites: readonly SiteDirectory[];
  /** Of configuration files that lie in an environment. */
  readonly options: readonly CollectedOption[];
  readonly known: KnownPythons;
}
export interface PythonsResult extends PythonFacts {
  readonly section: PythonsSection;
  readonly watch: readonly string[];
}

/**
 * What {@link CollectOptions.known} carries to the next look, which may be another process's: every fact beside what it was made of.
 * Whoever carries it does not look inside.
 */
export interface KnownPythons {
  readonly format: 1;
  /** What stood in front of the program that looks, so that another way of looking takes nothing over. */
  readonly of: string;
  /** Milliseconds since 1970 of the last search below homes and roots; null when there was none. */
  readonly searchedAt: number | null;
  readonly found: readonly FoundPlace[];
  readonly environments: readonly KnownEnvironment[];
}
/** A Python that a search below homes and configured roots came upon. */
export interface FoundPlace {
  readonly path: string;
  readonly kind: PythonEnvironment['kind'];
}
/** Result of looking at one path; nothing of it is opened again while all `marks` stay. */
export interface KnownEnvironment {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Path to what it was like: its identity, or whether it was there. */
  readonly marks: readonly (readonly [path: string, mark: string])[];
  /** Null: no Python of its own (a shim, a FIFO, another name for nothing). */
  readonly program: KnownProgram | null;
  /** Null where another name stands for the same program. */
  readonly described: DescribedPython | null;
}
export interface KnownProgram {
  readonly realPath: string;
  readonly form: 'program' | 'script' | 'other';
  readonly venv: {
    readonly directory: string;
    readonly home: string | null;
    readonly version: string | null;
    readonly systemSites: boolean;
  } | null;
}
export interface DescribedPython {
  readonly python: PythonEnvironment;
  readonly certifi: CertifiCopy | null;
  readonly packageBundles: readonly PackageBundle[];
  readonly defaults: readonly DefaultStore[];
  readonly sites: readonly string[];
}

export interface BundlesResult {
  readonly section: BundlesSection;
  /** DER by SHA-256 of every anchor in every bundle. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly watch: readonly string[];
}
