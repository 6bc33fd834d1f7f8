import { mkdir, readFile, writeFile } from 'node:fs/promises';
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
const { outputFiles } = await build({
  entryPoints: [here('./src/main.ts')],
  write: false,
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

// One letter beyond ASCII, and V8 keeps the whole text with two bytes a letter. esbuild escapes them everywhere but in regular
// expressions, where the escape is the same.
const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
const text = outputFiles[0].text.replaceAll(/[^\0-\x7f]/g, escaped);
await mkdir(here('./dist'), { recursive: true });
await writeFile(here('./dist/trustfleet-agent.mjs'), text, { mode: 0o755 });
