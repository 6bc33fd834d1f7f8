import { describeError } from '../windows/error-words.ts';
import { SystemCallError } from '../windows/system-call-error.ts';
import { commandLine } from './command-line.ts';
import { STATUS_BYTES, type Handle, type ServiceCalls } from './native.ts';
import type { WindowsServices, WindowsServiceSetup, WindowsServiceStatus } from './types.ts';

const MANAGER_CONNECT = 0x1;
const MANAGER_CREATE = 0x2;
const DELETE = 0x1_0000;
const QUERY = 0x4;
const CONFIGURE = 0x2;
const START = 0x10;
const STOP = 0x20;
const OWN_PROCESS = 0x10;
const AUTO_START = 2;
/** A service that does not start is logged, and the machine goes on. */
const ERROR_NORMAL = 1;
const LOCAL_SYSTEM = 'LocalSystem';
const CONTROL_STOP = 1;

const CONFIG_DESCRIPTION = 1;
const CONFIG_FAILURE_ACTIONS = 2;
const CONFIG_DELAYED = 3;
/** Recovery also after an end that the service reported itself, not only after a crash. */
const CONFIG_FAILURE_FLAG = 4;
/** How long a machine that shuts down waits for its end. Windows gives 10 s otherwise, which may cut a change that runs. */
const CONFIG_PRESHUTDOWN = 7;
const PRESHUTDOWN_MS = 45_000;

const NO_SUCH_SERVICE = 1060;
const ALREADY_RUNNING = 1056;
const NOT_ACTIVE = 1062;
const MARKED_FOR_DELETE = 1072;
/** A manager that does not know the level (Wine's knows neither delays nor recovery) leaves it as it is. */
const UNKNOWN_LEVEL = new Set([87, 120, 124]);

const RESTART = 1;
const RESTART_DELAYS_MS = [60_000, 120_000, 300_000];
const RESET_SECONDS = 24 * 60 * 60;

const STATES: Readonly<Record<number, WindowsServiceStatus['state']>> = {
  1: 'stopped',
  2: 'starting',
  3: 'stopping',
  4: 'running',
  5: 'continuing',
  6: 'pausing',
  7: 'paused',
};

const WORDS: Readonly<Record<number, string>> = {
  [NO_SUCH_SERVICE]: 'there is no such service: run trustfleet-agent install',
  [MARKED_FOR_DELETE]: 'it is being removed: close every window that shows services, then try again',
  1053: 'it did not answer in time',
  1058: 'it is disabled',
  1061: 'it takes no requests at the moment: try again',
};

function failure(calls: ServiceCalls, what: string, code = calls.lastError()): SystemCallError {
  return new SystemCallError(`${what}: ${WORDS[code] ?? describeError(code)}.`, { code });
}

interface Asked {
  readonly name: string;
  readonly access: number;
}

/** With an open service; null where there is none. Handles are closed whatever happens. */
function withService<T>(calls: ServiceCalls, { name, access }: Asked, use: (service: Handle) => T): T | null {
  const manager = calls.openManager(null, null, MANAGER_CONNECT);
  if (manager === null) throw failure(calls, "Windows' service manager cannot be opened");
  try {
    const service = calls.openService(manager, name, access);
    if (service === null) {
      const code = calls.lastError();
      if (code === NO_SUCH_SERVICE) return null;
      throw failure(calls, `The service ${name} cannot be opened`, code);
    }
    try {
      return use(service);
    } finally {
      calls.close(service);
    }
  } finally {
    calls.close(manager);
  }
}

function create(calls: ServiceCalls, name: string, setup: WindowsServiceSetup): void {
  const manager = calls.openManager(null, null, MANAGER_CONNECT | MANAGER_CREATE);
  if (manager === null) throw failure(calls, "Windows' service manager cannot be opened");
  try {
    const path = commandLine(setup.argv);
    const kind = [OWN_PROCESS, AUTO_START, ERROR_NORMAL] as const;
    const made = calls.create(
      ...([manager, name, setup.displayName, QUERY] as const),
      ...([...kind, path, null, null, null, null, null] as const),
    );
    if (made === null) throw failure(calls, `The service ${name} cannot be made`);
    calls.close(made);
  } finally {
    calls.close(manager);
  }
}

/** SC_ACTION, three times: type and pause. */
function restartActions(): Buffer {
  const actions = Buffer.alloc(RESTART_DELAYS_MS.length * 8);
  for (const [index, delayMs] of RESTART_DELAYS_MS.entries()) {
    actions.writeInt32LE(RESTART, index * 8);
    actions.writeUInt32LE(delayMs, index * 8 + 4);
  }
  return actions;
}

function configure(calls: ServiceCalls, service: Handle, setup: WindowsServiceSetup): void {
  const must = (done: boolean, what: string): void => {
    if (done) return;
    const code = calls.lastError();
    if (!UNKNOWN_LEVEL.has(code)) throw failure(calls, what, code);
  };
  const path = commandLine(setup.argv);
  const kind = [OWN_PROCESS, AUTO_START, ERROR_NORMAL] as const;
  const done = calls.configure(
    service,
    ...kind,
    path,
    null,
    null,
    null,
    LOCAL_SYSTEM,
    null,
    setup.displayName,
  );
  must(done, 'The service cannot be set up');
  must(
    calls.describe(service, CONFIG_DESCRIPTION, { text: setup.description }),
    'Its description cannot be set',
  );
  must(calls.setFlag(service, CONFIG_DELAYED, { value: 1 }), 'Its delayed start cannot be set');
  must(
    calls.setFlag(service, CONFIG_PRESHUTDOWN, { value: PRESHUTDOWN_MS }),
    'Its time for the end of the machine cannot be set',
  );
  const recovery = {
    resetSeconds: RESET_SECONDS,
    rebootMessage: null,
    command: null,
    count: RESTART_DELAYS_MS.length,
    actions: restartActions(),
  };
  must(
    calls.setFailureActions(service, CONFIG_FAILURE_ACTIONS, recovery),
    'Its recovery actions cannot be set',
  );
  must(calls.setFlag(service, CONFIG_FAILURE_FLAG, { value: 1 }), 'Its recovery actions cannot be set');
}

function readStatus(calls: ServiceCalls, name: string, service: Handle): WindowsServiceStatus {
  const buffer = Buffer.alloc(STATUS_BYTES);
  if (!calls.query(service, 0, buffer, buffer.length, [null]))
    throw failure(calls, `The state of the service ${name} cannot be read`);
  const number = (index: number): number => buffer.readUInt32LE(index * 4);
  return {
    state: STATES[number(1)] ?? 'unknown',
    exitCode: number(3),
    ownExitCode: number(4),
    pid: number(7),
  };
}

/** One call, of which the error that `fine` names counts as done. */
function ask(
  calls: ServiceCalls,
  request: Asked & { readonly what: string; readonly fine: number },
  call: (service: Handle) => boolean,
): void {
  const found = withService(calls, request, (service) => {
    if (call(service)) return true;
    const code = calls.lastError();
    if (code !== request.fine) throw failure(calls, request.what, code);
    return true;
  });
  if (found === null) throw failure(calls, request.what, NO_SUCH_SERVICE);
}

/** Made of the given calls. They are quick, but for a start, which lasts until the service's program answered. */
export function createWindowsServices(load: () => Promise<ServiceCalls>): WindowsServices {
  return {
    async install(name, setup) {
      const calls = await load();
      const access = QUERY | CONFIGURE | START;
      const set = (service: Handle): true => {
        configure(calls, service, setup);
        return true;
      };
      if (withService(calls, { name, access }, set) !== null) return;
      create(calls, name, setup);
      withService(calls, { name, access }, set);
    },
    async remove(name) {
      const calls = await load();
      const done = withService(calls, { name, access: DELETE }, (service) => {
        if (calls.remove(service)) return true;
        const code = calls.lastError();
        if (code !== MARKED_FOR_DELETE) throw failure(calls, `The service ${name} cannot be removed`, code);
        return true;
      });
      return done !== null;
    },
    async start(name) {
      const calls = await load();
      const request = {
        name,
        access: START,
        what: `The service ${name} cannot be started`,
        fine: ALREADY_RUNNING,
      };
      ask(calls, request, (service) => calls.start(service, 0, null));
    },
    async stop(name) {
      const calls = await load();
      const request = { name, access: STOP, what: `The service ${name} cannot be stopped`, fine: NOT_ACTIVE };
      ask(calls, request, (service) => calls.control(service, CONTROL_STOP, Buffer.alloc(STATUS_BYTES)));
    },
    async status(name) {
      const calls = await load();
      return withService(calls, { name, access: QUERY }, (service) => readStatus(calls, name, service));
    },
  };
}
