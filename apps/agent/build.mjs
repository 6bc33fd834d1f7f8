import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// One readable file for plain `node`. Sources of the workspace are taken directly; `require` is made for the
// CommonJS dependencies inside. bufferutil and utf-8-validate are optional native parts of ws that are not wanted.
await build({
  entryPoints: [here('./src/main.ts')],
  outfile: here('./dist/trustfleet-agent.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['@trustfleet/source'],
  external: ['bufferutil', 'utf-8-validate', 'osx-temperature-sensor'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as trustfleetCreateRequire } from 'node:module';\nconst require = trustfleetCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(here('./dist/trustfleet-agent.mjs'), 0o755);
