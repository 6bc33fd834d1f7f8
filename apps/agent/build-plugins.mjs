/**
 * Built-in modules by `require`: importing one as a module evaluates every name that it exports, and one of node:http's loads
 * undici with its WebAssembly, some 6 MiB for what nobody here uses.
 */
export const builtinsByRequire = {
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
export const zodInEnglish = {
  name: 'zod-in-english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

/** Optional native parts of ws and systeminformation: not wanted, and not looked for in whatever directories lie above the program. */
export const noNativeParts = {
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

/**
 * koffi looks for its native part in node_modules and other places above the program; here it is the one file `koffi.node` beside
 * the program (the executable, or the script), whose folder only the system's administrator can write. koffi itself checks its version.
 */
export const koffiBesideProgram = {
  name: 'koffi-beside-program',
  setup({ onResolve, onLoad, resolve }) {
    // Its ES module asks for its own address, which CommonJS has not.
    onResolve({ filter: /^koffi$/ }, ({ resolveDir, kind }) =>
      kind === 'require-call' ? undefined : resolve('koffi', { resolveDir, kind: 'require-call' }),
    );
    onLoad({ filter: /[\\/]koffi[\\/]src[\\/]koffi[\\/]src[\\/]static\.cjs$/ }, () => ({
      contents: `
        const { createRequire } = require('node:module');
        const load = require('node:sea').isSea() ? createRequire(process.execPath) : require;
        module.exports = { loadStatic: () => load('./koffi.node') };
      `,
      loader: 'js',
    }));
  },
};
