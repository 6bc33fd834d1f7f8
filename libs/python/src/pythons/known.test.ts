import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverPythons, type CollectOptions, type KnownPythons, type PythonsResult } from '../index.ts';
import type { PythonPorts } from '../ports.ts';
import { realPorts, type TestHost } from '../testing/host.ts';
import { makePythonHost, makeVenv } from '../testing/pythons.ts';

let host: TestHost;
beforeEach(() => {
  host = makePythonHost();
});
afterEach(() => {
  host.remove();
});

/** Counts what is started and opened. What was changed a moment ago counts as settled, so that no test has to wait for it. */
function counting(): { readonly ports: PythonPorts; readonly started: string[]; readonly opened: string[] } {
  const real = realPorts();
  const [started, opened]: [string[], string[]] = [[], []];
  return {
    started,
    opened,
    ports: {
      ...real,
      async identify(paths) {
        const found = await real.identify(paths);
        return found.map((one) => (one === null ? null : { ...one, settled: true }));
      },
      runProgram(request) {
        started.push(request.argv[0]);
        return real.runProgram(request);
      },
      readFile(path, options) {
        opened.push(path);
        return real.readFile(path, options);
      },
    },
  };
}

async function look(
  ports: PythonPorts,
  known: KnownPythons | undefined,
  more: Partial<CollectOptions> = {},
): Promise<PythonsResult> {
  // As it reaches the next process.
  const carried = known === undefined ? undefined : (JSON.parse(JSON.stringify(known)) as KnownPythons);
  const options = { root: host.root, processEnv: {}, path: '', workingDirectory: host.at('empty') };
  return await discoverPythons(ports, { ...options, ...more, known: carried });
}

describe('a second look', () => {
  it('starts and opens nothing where nothing changed, and says the same', async () => {
    const sites = makeVenv(host, 'opt/app');
    host.put(`${sites}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
    host.put(`${sites}/hook.pth`, 'import sys\n');
    const { ports, started, opened } = counting();
    const first = await look(ports, undefined);
    expect(started).not.toEqual([]);
    started.length = 0;
    opened.length = 0;

    const second = await look(ports, first.known);

    expect(started).toEqual([]);
    expect(opened).toEqual([]);
    expect(second).toEqual(first);
  });

  it.each<[string, (sites: string) => void]>([
    [
      'a package came',
      (sites) => {
        host.put(`${sites}/certifi/__init__.py`, '__version__ = "2024.07.04"\n');
      },
    ],
    [
      'a start-up hook was changed',
      (sites) => {
        host.put(`${sites}/hook.pth`, 'import truststore\n');
      },
    ],
    [
      'a version was written over',
      (sites) => {
        host.put(`${sites}/requests/__init__.py`, '__version__ = "2.99.0"\n');
      },
    ],
    [
      'the interpreter is another one',
      () => {
        rmSync(host.at('opt/app/bin/python'));
        symlinkSync('/bin/true', host.at('opt/app/bin/python'));
      },
    ],
    [
      'others may write beside it',
      () => {
        chmodSync(host.at('opt/app/bin'), 0o777);
      },
    ],
    [
      'its pyvenv.cfg was changed',
      () => {
        host.put('opt/app/pyvenv.cfg', 'home = /nowhere\nversion = 3.1.2\n');
      },
    ],
  ])('looks again where %s', async (_, change) => {
    const sites = makeVenv(host, 'opt/app');
    host.put(`${sites}/hook.pth`, 'import sys\n');
    host.put(`${sites}/requests/__init__.py`, '__version__ = "2.30.0"\n');
    const { ports } = counting();
    const first = await look(ports, undefined);

    change(sites);

    const [again, fresh] = [await look(ports, first.known), await look(ports, undefined)];
    expect(again.section).toEqual(fresh.section);
    expect(again.section).not.toEqual(first.section);
  });

  it('knows nothing of what is gone, of another configuration, and of what changed a moment ago', async () => {
    makeVenv(host, 'opt/app');
    const { ports, started } = counting();
    const first = await look(ports, undefined);
    started.length = 0;

    await look(ports, first.known, { search: [host.at('srv')] });
    expect(started).not.toEqual([]);
    started.length = 0;
    const settling = await look(
      {
        ...ports,
        identify: async (paths) =>
          (await ports.identify(paths)).map((one) => one && { ...one, settled: false }),
      },
      first.known,
    );
    expect(started).not.toEqual([]);
    expect(settling.known.environments.filter(({ described }) => described !== null)).toEqual([]);

    rmSync(host.at('opt/app'), { recursive: true });
    const gone = await look(ports, first.known);
    expect(gone.section.pythons).toEqual([]);
    expect(gone.known.environments.filter(({ described }) => described !== null)).toEqual([]);
  });

  it('looks again after a day, and after a clock was set back', async () => {
    makeVenv(host, 'opt/app');
    const { ports, started } = counting();
    const { known } = await look(ports, undefined);
    for (const shift of [-25 * 3_600_000, 3_600_000]) {
      started.length = 0;
      await look(ports, {
        ...known,
        environments: known.environments.map((one) => ({ ...one, at: one.at + shift })),
      });
      expect(started, String(shift)).not.toEqual([]);
    }
  });

  it('searches below homes again only after a while, though a path that it knows is looked at each time', async () => {
    makeVenv(host, 'opt/deep/in/there/app');
    const { ports } = counting();
    const first = await look(ports, undefined);
    makeVenv(host, 'opt/deep/in/there/other');
    mkdirSync(host.at('opt/deep/x'));
    utimesSync(host.at('opt/deep/x'), new Date(0), new Date(0));

    const soon = await look(ports, first.known);
    const later = await look(ports, {
      ...first.known,
      searchedAt: (first.known.searchedAt ?? 0) - 3_700_000,
    });

    expect(soon.section.pythons.map(({ path }) => path)).toEqual([
      host.at('opt/deep/in/there/app/bin/python'),
    ]);
    expect(later.section.pythons).toHaveLength(2);
  });
});
