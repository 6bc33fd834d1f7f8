import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WineLab } from './lab.ts';

/** koffi's native part is its whole interface; everything else of it only looks for that part. */
const NATIVE_KOFFI = {
  contents: "module.exports = require('node:module').createRequire(__filename)('C:\\\\lab\\\\koffi.node');",
  loader: 'js',
} as const;

/**
 * One CommonJS file of a program of the workspace and all that it imports, in the lab's scratch folder; its Windows path. `entry` is the
 * URL of a source file. Node under Wine then runs the code itself, nothing that stands in for it.
 */
export async function bundleForWine(wine: WineLab, entry: URL): Promise<string> {
  // Only here: most users of the testkit bundle nothing.
  const { build } = await import('esbuild');
  const source = fileURLToPath(entry);
  const outfile = join(wine.scratch, `${source.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(-60)}.cjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    conditions: ['@trustfleet/source'],
    external: ['osx-temperature-sensor'],
    logLevel: 'silent',
    plugins: [
      {
        name: 'native-koffi',
        setup(plugin) {
          plugin.onResolve({ filter: /^koffi$/ }, ({ path }) => ({ path, namespace: 'native-koffi' }));
          plugin.onLoad({ filter: /.*/, namespace: 'native-koffi' }, () => NATIVE_KOFFI);
        },
      },
    ],
  });
  return wine.toWindows(outfile);
}
