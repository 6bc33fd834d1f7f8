import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { pythonsSection, type PythonsSection } from '@trustfleet/protocol';
import { bundleForWine, prepareWine, type WineLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The real host port under Wine 8 and Node for Windows, in one process (testing/windows-pythons-probe.ts), which takes its time.
let wine: WineLab;
let answer: {
  readonly pythons: PythonsSection;
  readonly same: boolean;
  readonly settings: unknown;
  readonly bundles: unknown;
};

const CORE = 'Software\\Python\\PythonCore';
const MACHINE = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';

beforeAll(async () => {
  wine = await prepareWine();
  const add = async (key: string, ...value: readonly string[]): Promise<void> => {
    const added = await wine.run(['reg', 'add', key, ...value, '/f'], { timeoutMs: 60_000 });
    expect(added, added.stderr).toMatchObject({ exitCode: 0 });
  };
  await add(`HKLM\\${CORE}\\3.11\\InstallPath`, '/ve', '/d', 'C:\\Program Files\\Python311\\');
  await add(`HKLM\\${CORE}\\3.11`, '/v', 'SysVersion', '/d', '3.11');
  await add(MACHINE, '/v', 'HTTPS_PROXY', '/d', 'http://bot:hunter2@proxy.studio:3128');
  const probe = await bundleForWine(wine, new URL('../testing/windows-pythons-probe.ts', import.meta.url));
  const root = WELL_KNOWN_ROOTS[0];
  const result = await wine.run([wine.node, probe, root?.pem ?? ''], { timeoutMs: 120_000 });
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  answer = JSON.parse(result.stdout) as typeof answer;
}, 300_000);
afterAll(() => wine.dispose());

describe('on Windows', () => {
  it('Pythons of the registry, of products and of configured roots are found, and read from files', () => {
    expect(pythonsSection.parse(answer.pythons)).toEqual(answer.pythons);
    expect(
      answer.pythons.pythons.map(({ path, kind, product, version, facts, packages }) => [
        ...[path, kind, product, version, facts],
        packages.map((one) => one.version),
      ]),
    ).toEqual([
      ['C:\\Program Files\\Autodesk\\Maya2024\\bin\\mayapy.exe', 'dcc', 'Maya 2024', null, 'static', []],
      [
        ...['C:\\Program Files\\Python311\\python.exe', 'windowsRegistry', null, '3.11', 'static'],
        ['2024.07.04'],
      ],
      ['C:\\studio\\한글 도구\\Scripts\\python.exe', 'venv', null, '3.11.7', 'static', []],
    ]);
  });

  it('a second look says the same', () => {
    expect(answer.same).toBe(true);
  });

  it('the bundle of a package is read, and a proxy shows no password', () => {
    expect(answer.bundles).toMatchObject([
      {
        path: 'C:\\Program Files\\Python311\\Lib\\site-packages\\certifi\\cacert.pem',
        state: 'read',
        anchors: [WELL_KNOWN_ROOTS[0]?.sha256],
      },
    ]);
    expect(answer.settings).toContainEqual(
      expect.objectContaining({
        name: 'HTTPS_PROXY',
        value: 'http://***@proxy.studio:3128',
        scope: 'machine',
      }),
    );
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});
