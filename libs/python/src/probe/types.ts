import type { ClientName, PythonEnvironment, PythonSsl } from '@trustfleet/protocol';
import type { Account } from '../ports.ts';

/** One handshake that is asked for. */
export interface ProbeTarget {
  /** Id of the endpoint; comes back in the result. */
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly client: ClientName;
  /**
   * For the clients of shotgun_api3: the copy to load, `location` in the section `shotgrid` (its directory, the single file itself, or
   * `file.zip!shotgun_api3`). Null: the one that `import shotgun_api3` finds. For the others null.
   */
  readonly install: string | null;
}

/** One interpreter under one set of variables, in one process. */
export interface ProbeRequest {
  /** As the section `pythons` has it: what was not run there is not run here. */
  readonly python: Pick<PythonEnvironment, 'path' | 'kind' | 'facts' | 'notRunBecause'>;
  /**
   * Whose variables these are. It runs as that account or not at all. Null: those of no account of its own (machine, services): it runs as
   * whom the run rule says.
   */
  readonly account: (Account & { readonly name: string; readonly home: string }) | null;
  /** Exactly those of the context, unmasked. Beside them the program gets HOME, PATH and LANG as a login sets them, and nothing else. */
  readonly variables: Readonly<Record<string, string>>;
  /** At most 200; the rest is not probed. */
  readonly targets: readonly ProbeTarget[];
  /** Of one connection. Default 8000. */
  readonly connectTimeoutMs?: number;
}

/** Where it ended: while the client was imported, its anchors were loaded, the server was reached, or TLS was spoken. */
export const PROBE_STAGES = ['import', 'load', 'connect', 'tls'] as const;
export type ProbeStage = (typeof PROBE_STAGES)[number];

/** `notProbed`: nothing was tried, `message` says why. */
export const PROBE_STATES = ['verified', 'unverified', 'failed', 'notProbed'] as const;

export interface ProbeResult extends ProbeTarget {
  readonly state: (typeof PROBE_STATES)[number];
  readonly stage: ProbeStage | null;
  /** Class of what it raised, as its users see it, e.g. `requests.exceptions.SSLError`. */
  readonly errorClass: string | null;
  readonly message: string | null;
  /** X509_V_ERR_…; null where there is none (Python 2.7 – 3.6). */
  readonly verifyCode: number | null;
}

export interface ProbeRun {
  /** Why the interpreter was not run, or did not answer to the end; null where it did. */
  readonly notProbed: string | null;
  /** uid it ran with; null where it did not run, or as the agent itself. */
  readonly ranAs: number | null;
  /** Its ssl module under these variables; null where it did not say. */
  readonly ssl: PythonSsl | null;
  /** One for every target asked for, in their order. */
  readonly results: readonly ProbeResult[];
}
