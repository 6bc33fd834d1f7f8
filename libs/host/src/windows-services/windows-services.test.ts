import { describe, expect, it } from 'vitest';
import type { ServiceCalls } from './native.ts';
import { createWindowsServices } from './windows-services.ts';

const SETUP = { displayName: 'Agent', description: 'Keeps trust', argv: ['C:\\a b\\s.exe', '--x'] as const };

interface Manager {
  /** What stands in it: name and state. */
  readonly services: Map<string, { state: number; exitCode: number }>;
  readonly asked: string[];
  /** Errors that calls fail with. */
  readonly failing?: Readonly<Record<string, number>>;
}

/** A service manager of names and states; the real one is asked in tools/packaging, under Wine. */
function servicesOf({ services, asked, failing = {} }: Manager) {
  const handles = new Map<bigint, string>();
  let code = 0;
  const fail = (error: number): false => {
    code = error;
    return false;
  };
  const done = (call: string): boolean => {
    asked.push(call);
    const error = failing[call.split(' ')[0] ?? ''];
    return error === undefined || fail(error);
  };
  const open = (name: string): bigint => {
    const handle = BigInt(handles.size + 1);
    handles.set(handle, name);
    return handle;
  };
  const nameOf = (handle: bigint | null): string => handles.get(handle ?? 0n) ?? '';
  const calls: ServiceCalls = {
    lastError: () => code,
    openManager: () => (done('openManager') ? open('') : null),
    openService: (_manager, name) =>
      services.has(name) ? (done('openService') ? open(name) : null) : (fail(1060), null),
    close: (handle) => handles.delete(handle ?? 0n),
    create(...[, name, , , type, start, , path]) {
      if (!done(`create ${type} ${start} ${path}`)) return null;
      services.set(name, { state: 1, exitCode: 1077 });
      return open(name);
    },
    configure: (...[, type, start, , path, , , , account]) =>
      done(`configure ${type} ${start} ${path} ${account}`),
    describe: (_service, level, { text }) => done(`describe ${level} ${text}`),
    setFlag: (_service, level, { value }) => done(`setFlag ${level} ${value}`),
    setFailureActions: (_service, level, { count, actions }) =>
      done(`setFailureActions ${level} ${count} ${Buffer.from(actions).readUInt32LE(4)}`),
    remove: (service) => done('remove') && services.delete(nameOf(service)),
    start: () => done('start'),
    control: (_service, control) => done(`control ${control}`),
    query(service, _level, buffer) {
      const found = services.get(nameOf(service));
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset);
      for (const [index, value] of [16, found?.state ?? 0, 0, found?.exitCode ?? 0].entries())
        bytes.writeUInt32LE(value, index * 4);
      return done('query');
    },
  };
  return { services: createWindowsServices(() => Promise.resolve(calls)), left: () => handles.size };
}

describe('install', () => {
  it('makes a service that starts late and by itself, as LocalSystem, and is started again', async () => {
    const asked: string[] = [];
    const { services, left } = servicesOf({ services: new Map(), asked });

    await services.install('A', SETUP);
    expect(asked).toEqual([
      ...['openManager', 'openManager', 'create 16 2 "C:\\a b\\s.exe" "--x"', 'openManager', 'openService'],
      ...['configure 16 2 "C:\\a b\\s.exe" "--x" LocalSystem', 'describe 1 Keeps trust', 'setFlag 3 1'],
      ...['setFlag 7 45000', 'setFailureActions 2 3 60000', 'setFlag 4 1'],
    ]);
    expect(left()).toBe(0);

    await services.install('A', SETUP);
    expect(asked.filter((call) => call.startsWith('create'))).toHaveLength(1);
    expect(await services.status('A')).toMatchObject({ state: 'stopped', exitCode: 1077 });
  });

  it('goes on where the manager knows no recovery (Wine), not where it refuses', async () => {
    const known = servicesOf({
      services: new Map(),
      asked: [],
      failing: { setFailureActions: 120, setFlag: 124 },
    });
    await expect(known.services.install('A', SETUP)).resolves.toBeUndefined();

    const refused = servicesOf({ services: new Map(), asked: [], failing: { configure: 5 } });
    await expect(refused.services.install('A', SETUP)).rejects.toThrow(/cannot be set up: access is denied/);
    expect(refused.left()).toBe(0);
  });
});

describe('a service that is there', () => {
  const there = (failing: Readonly<Record<string, number>> = {}) =>
    servicesOf({ services: new Map([['A', { state: 4, exitCode: 0 }]]), asked: [], failing });

  it.each([
    ['start', { start: 1056 }],
    ['stop', { control: 1062 }],
    ['remove', { remove: 1072 }],
  ] as const)('%s: what is so already is no fault', async (call, failing) => {
    const { services, left } = there(failing);

    await expect(services[call]('A')).resolves.not.toThrow();
    expect(left()).toBe(0);
  });

  it.each([
    ['start', { start: 1053 }, /A cannot be started: it did not answer in time/],
    ['stop', { control: 1061 }, /A cannot be stopped: it takes no requests at the moment/],
    ['remove', { remove: 5 }, /A cannot be removed: access is denied/],
    ['status', { query: 5 }, /state of the service A cannot be read/],
    ['status', { openService: 5 }, /A cannot be opened: access is denied/],
    ['status', { openManager: 5 }, /service manager cannot be opened: access is denied/],
  ] as const)('%s that fails is a sentence with the error', async (call, failing, sentence) => {
    const { services, left } = there(failing);

    await expect(services[call]('A')).rejects.toThrow(sentence);
    expect(left()).toBe(0);
  });
});

it('of a service that is not there: no status, nothing to remove, a sentence for the rest', async () => {
  const { services } = servicesOf({ services: new Map(), asked: [] });

  expect(await services.status('A')).toBeNull();
  expect(await services.remove('A')).toBe(false);
  await expect(services.start('A')).rejects.toThrow(/there is no such service: run trustfleet-agent install/);
  await expect(services.stop('A')).rejects.toThrow(/there is no such service/);
});
