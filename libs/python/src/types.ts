import type { BundlesSection, CaVariable, PythonsSection, VariablesSection } from '@trustfleet/protocol';
import type { Account } from './ports.ts';

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
}

/** `readAs` null: read with the agent's own rights. */
export interface CollectedVariable {
  readonly variable: CaVariable;
  readonly readAs: Account | null;
}
export interface VariablesResult {
  readonly section: VariablesSection;
  readonly variables: readonly CollectedVariable[];
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
export interface PythonsResult {
  readonly section: PythonsSection;
  readonly certifi: readonly CertifiCopy[];
  readonly watch: readonly string[];
}

export interface BundlesResult {
  readonly section: BundlesSection;
  /** DER by SHA-256 of every anchor in every bundle. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly watch: readonly string[];
}
