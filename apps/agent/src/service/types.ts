/** How the service stands, in words that are the same on every system. */
export interface ServiceState {
  readonly state: 'absent' | 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  /** What the system says of it, for people; null for nothing. */
  readonly detail: string | null;
  /** Whether it starts with the machine; null where that cannot be told. */
  readonly startsWithMachine: boolean | null;
}

/** What the service runs with. */
export interface ServicePlaces {
  readonly stateDir: string;
  readonly allowList: string;
}

/**
 * The agent as a service of one operating system. Every call is idempotent, waits for its end (bounded), and throws CliError with what
 * happened and what to do.
 */
export interface AgentService {
  /** Where `install` puts the program: only root or the Administrators can write there. */
  readonly programDirectory: string;
  /** Files of the package that belong there; the first is the agent itself. */
  readonly programFiles: readonly [string, ...string[]];
  /** Throws where this account or this system cannot have the service. */
  requirePossible(): Promise<void>;
  /** Makes the service, or brings it to the form of this release, and has it start with the machine. */
  register(places: ServicePlaces): Promise<void>;
  /** Stops it first. False when there was none. */
  unregister(): Promise<boolean>;
  start(): Promise<void>;
  stop(): Promise<void>;
  state(): Promise<ServiceState>;
}
