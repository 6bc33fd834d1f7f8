import { existsSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrustStore } from '@trustfleet/protocol';
import { bundleForWine, prepareWine, type WineLab } from '@trustfleet/testkit';
import type { EntryState, StoreChange, StoreHandle, StoreSnapshot } from '../index.ts';
import type { ProbeCall } from './windows-probe.ts';

const LIMIT = { timeoutMs: 60_000 };
const STAYS_MS = 600_000;

/** The driver with the real crypt32 of Wine 8, in one process that stays; `anew` asks one of its own, to which nothing is known. */
export interface WindowsLab {
  readonly wine: WineLab;
  anew(...calls: readonly ProbeCall[]): Promise<readonly unknown[]>;
  call(...calls: readonly ProbeCall[]): Promise<readonly unknown[]>;
  read(store: string): Promise<TrustStore>;
  add(store: string, der: Uint8Array): Promise<StoreChange>;
  remove(store: string, sha256: string): Promise<StoreChange>;
  get(store: string, sha256: string): Promise<EntryState>;
  trusting(store: string, der: Uint8Array): Promise<EntryState>;
  put(store: string, sha256: string, state: EntryState): Promise<StoreChange>;
  /** What the restore property needs of a handle. */
  handle(store: string): StoreHandle;
  /** Thumbprints that the registry itself has. */
  thumbprints(store: string): Promise<readonly string[]>;
  /** `reg.exe` with these arguments. */
  registry(...args: readonly string[]): Promise<string>;
}

export async function makeWindowsLab(): Promise<WindowsLab> {
  const wine = await prepareWine();
  const probe = await bundleForWine(wine, new URL('./windows-probe.ts', import.meta.url));
  const anew: WindowsLab['anew'] = async (...calls) => {
    const result = await wine.run([wine.node, probe], { ...LIMIT, input: JSON.stringify(calls) });
    if (result.exitCode !== 0) throw new Error(`The probe failed: ${result.stderr}${result.stdout}`);
    return JSON.parse(result.stdout) as unknown[];
  };
  const call = staying(wine, probe);
  const one = async <T>(request: ProbeCall): Promise<T> => (await call(request))[0] as T;
  const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
  const registry: WindowsLab['registry'] = async (...args) => {
    const { exitCode, stdout, stderr } = await wine.run(['reg', ...args], LIMIT);
    if (exitCode !== 0) throw new Error(`reg ${args.join(' ').slice(0, 200)}: ${stdout}${stderr}`);
    return stdout;
  };
  return {
    wine,
    anew,
    call,
    read: (store) => one({ call: 'read', store }),
    add: (store, der) => one({ call: 'add', store, der: base64(der) }),
    remove: (store, sha256) => one({ call: 'remove', store, sha256 }),
    get: (store, sha256) => one({ call: 'get', store, sha256 }),
    trusting: (store, der) => one({ call: 'trusting', store, der: base64(der) }),
    put: (store, sha256, state) => one({ call: 'put', store, sha256, state }),
    handle: (store) => ({
      id: store,
      read: async () => ({
        store: await one<TrustStore>({ call: 'read', store }),
        certificates: new Map(),
        watch: [],
      }),
      plan: () => null,
      add: (der) => one<StoreChange>({ call: 'add', store, der: base64(der) }),
      remove: (sha256) => one<StoreChange>({ call: 'remove', store, sha256 }),
      rebuild: () => Promise.reject(new Error('It has no tool')),
      entries: null,
      snapshot: () => one<StoreSnapshot>({ call: 'snapshot', store }),
      restore: (snapshot) => one<StoreChange>({ call: 'restore', store, snapshot }),
    }),
    async thumbprints(store) {
      const key = `HKLM\\Software\\Microsoft\\SystemCertificates\\${store}\\Certificates`;
      const found = (await registry('query', key)).matchAll(/\\([0-9A-F]{40})\s*$/gm);
      return [...found].map((match) => match[1] ?? '');
    },
    registry,
  };
}

function staying(wine: WineLab, probe: string): WindowsLab['call'] {
  const folder = mkdtempSync(join(wine.scratch, 'calls-'));
  const running = wine.start([wine.node, probe, wine.toWindows(folder)], { timeoutMs: STAYS_MS });
  let turn = 0;
  return async (...calls) => {
    const path = join(folder, String(turn));
    turn += 1;
    writeFileSync(`${path}.written`, JSON.stringify(calls));
    renameSync(`${path}.written`, `${path}.calls`);
    const deadline = Date.now() + LIMIT.timeoutMs;
    while (!existsSync(`${path}.results`)) {
      if (running.stderr() !== '' || Date.now() > deadline)
        throw new Error(
          `The probe did not answer ${JSON.stringify(calls).slice(0, 200)}: ${running.stderr()}`,
        );
      await sleep(10);
    }
    return JSON.parse(readFileSync(`${path}.results`, 'utf8')) as unknown[];
  };
}
