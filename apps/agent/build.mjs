import { chmod, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

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

/** Optional native parts of ws and systeminformation: not wanted, and not looked for in whatever directories lie above the program. */
const noNativeParts = {
  name: 'no-native-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(bufferutil|utf-8-validate|osx-temperature-sensor)$/ }, ({ path }) => ({
      path,
      namespace: 'not-wanted',
    }));
    onLoad({ filter: /.*/, namespace: 'not-wanted' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of this program`)});`,
      loader: 'js',
    }));
  },
};

/** Runs before everything else in the file. */
const { code: smallMemory } = await transform(await readFile(here('./src/small-memory.ts'), 'utf8'), {
  loader: 'ts',
  format: 'esm',
  minify: true,
});

// One file for plain `node`, its names kept for stack traces. Sources of the workspace are taken directly; `require` is made for
// built-in modules and the CommonJS dependencies inside. What `import()` names in the sources is evaluated when it is first asked for.
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
  plugins: [builtinsByRequire, zodInEnglish, noNativeParts],
  banner: {
    js: [
      '#!/usr/bin/env node',
      smallMemory.trim(),
      "import { createRequire as trustfleetCreateRequire } from 'node:module';",
      'const require = trustfleetCreateRequire(import.meta.url);',
    ].join('\n'),
  },
  logLevel: 'warning',
});
await chmod(here('./dist/trustfleet-agent.mjs'), 0o755);
