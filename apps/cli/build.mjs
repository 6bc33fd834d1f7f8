import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// One readable file for plain `node`. Sources of the workspace are taken directly; `require` is made for commander inside.
await build({
  entryPoints: [here('./src/main.ts')],
  outfile: here('./dist/trustfleet.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['@trustfleet/source'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as trustfleetCreateRequire } from 'node:module';\nconst require = trustfleetCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(here('./dist/trustfleet.mjs'), 0o755);
