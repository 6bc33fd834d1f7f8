import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Built-in modules by `require`: importing one as a module evaluates every name that it exports, and one of node:http's loads
 * undici with its WebAssembly, some 6 MiB for what nobody here uses.
 */
const builtinsByRequire = {
  name: 'builtins-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'builtin' },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

/** zod brings the words of fifty languages; the agent's are English, zod's default. */
const zodInEnglish = {
  name: 'zod-in-english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

// One file for plain `node`, its names kept for stack traces. Sources of the workspace are taken directly; `require` is made for
// built-in modules and the CommonJS dependencies inside. bufferutil and utf-8-validate are optional native parts of ws that are not
// wanted. What `import()` names in the sources is evaluated when it is first asked for.
await build({
  entryPoints: [here('./src/main.ts')],
  outfile: here('./dist/trustfleet-agent.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minifyWhitespace: true,
  minifySyntax: true,
  conditions: ['@trustfleet/source'],
  external: ['bufferutil', 'utf-8-validate', 'osx-temperature-sensor'],
  plugins: [builtinsByRequire, zodInEnglish],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as trustfleetCreateRequire } from 'node:module';\nconst require = trustfleetCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(here('./dist/trustfleet-agent.mjs'), 0o755);
