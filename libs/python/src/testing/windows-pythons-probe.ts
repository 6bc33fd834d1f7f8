import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- a program of its own, run under Wine on the real operating system's port
import { createHost } from '@trustfleet/host';
import { collectBundles, collectVariables, discoverPythons } from '../index.ts';

/** Runs under Wine with Node for Windows: what the collectors make of a real registry and a real drive C:. Prints one JSON. */
const put = (path: string, text = ''): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

async function main(): Promise<void> {
  put('C:\\Program Files\\Python311\\python.exe', 'MZ no real program');
  put('C:\\Program Files\\Python311\\Lib\\os.py');
  put(
    'C:\\Program Files\\Python311\\Lib\\site-packages\\certifi\\__init__.py',
    '__version__ = "2024.07.04"\n',
  );
  put('C:\\Program Files\\Python311\\Lib\\site-packages\\certifi\\cacert.pem', process.argv[2] ?? '');
  put('C:\\Program Files\\Autodesk\\Maya2024\\bin\\mayapy.exe', 'MZ no real program');
  put('C:\\Program Files\\Autodesk\\Maya2024\\bin\\maya.exe', 'MZ no real program');
  put('C:\\studio\\한글 도구\\pyvenv.cfg', 'home = C:\\Program Files\\Python311\nversion = 3.11.7\n');
  put('C:\\studio\\한글 도구\\Scripts\\python.exe', 'MZ no real program');
  const host = createHost();
  const options = { processEnv: process.env, search: ['C:\\studio'] };
  const first = await discoverPythons(host, options);
  const second = await discoverPythons(host, { ...options, known: first.known });
  const { section, variables } = await collectVariables(host, options);
  const bundles = await collectBundles(host, { ...first, variables });
  process.stdout.write(
    JSON.stringify({
      pythons: first.section,
      same: JSON.stringify(second.section) === JSON.stringify(first.section),
      settings: section.settings,
      bundles: bundles.section.bundles,
    }),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
