import type { BundleRead } from '@trustfleet/certificates';

/** What a store driver needs of the operating system. libs/host implements it (createHost()), tests may too. */
export interface StoreRunRequest {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}
export interface StoreRunResult {
  readonly state: 'exited' | 'signalled' | 'timedOut' | 'outputTooLarge' | 'notStarted';
  readonly exitCode: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly reason: string | null;
}
export type StoreListing =
  | {
      readonly state: 'listed';
      readonly entries: readonly {
        readonly name: string;
        readonly kind: 'file' | 'directory' | 'link' | 'other';
      }[];
      readonly truncated: boolean;
    }
  | { readonly state: 'missing' | 'unreadable' | 'notDirectory'; readonly detail: string };

export interface TrustStorePorts {
  /** Effective uid of the agent: only root may change the operating system's store. */
  readonly uid: number;
  readFile(path: string, options?: { readonly maxBytes?: number }): Promise<BundleRead>;
  listDirectory(path: string, options?: { readonly limit?: number }): Promise<StoreListing>;
  isExecutable(path: string): Promise<boolean>;
  /** False on a read-only file system, even for root. */
  isWritable(path: string): Promise<boolean>;
  /** Owners other than root, and the first component that group or others may write. */
  inspectPath(
    path: string,
  ): Promise<{ readonly owners: readonly number[]; readonly writable: string | null }>;
  writeFile(path: string, bytes: Uint8Array, options?: { readonly mode?: number }): Promise<void>;
  removeFile(path: string): Promise<boolean>;
  runProgram(request: StoreRunRequest): Promise<StoreRunResult>;
}
