/** How a service stands, in the words of the service manager (winsvc.h, SERVICE_STATUS_PROCESS). */
export interface WindowsServiceStatus {
  readonly state:
    'stopped' | 'starting' | 'stopping' | 'running' | 'continuing' | 'pausing' | 'paused' | 'unknown';
  /** Of the service's process; 0 where there is none. */
  readonly pid: number;
  /** What it ended with: 0 for a clean end; ERROR_SERVICE_SPECIFIC_ERROR (1066) says to look at `ownExitCode`. */
  readonly exitCode: number;
  readonly ownExitCode: number;
}

export interface WindowsServiceSetup {
  readonly displayName: string;
  readonly description: string;
  /** Program and arguments; each is quoted, so that a space in a path starts no other program. */
  readonly argv: readonly [string, ...string[]];
}

/**
 * The services of this machine through advapi32. A service is made to start by itself some time after Windows (delayed), as
 * LocalSystem, with recovery actions that start it again whatever it ended with. Rejects with SystemCallError.
 */
export interface WindowsServices {
  /** Makes it, or brings one that is there to that setup. */
  install(name: string, setup: WindowsServiceSetup): Promise<void>;
  /** Marks it for deletion: it goes when it has stopped. False when there was none. */
  remove(name: string): Promise<boolean>;
  /** Asks for it; one that runs already is no fault. Does not wait until it runs. */
  start(name: string): Promise<void>;
  /** Asks for it; one that does not run is no fault. Does not wait until it has stopped. */
  stop(name: string): Promise<void>;
  /** Null when there is none. */
  status(name: string): Promise<WindowsServiceStatus | null>;
}
