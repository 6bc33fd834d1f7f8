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
    onResolve({ filter: /^(bufferutil|utf-8-validate|(osx|macos)-temperature-sensor)$/ }, ({ path }) => ({
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
 * Five functions of systeminformation are called (libs/host, system-facts.ts). What has no part in them is not in the program: it is
 * half of the library, and starts programs through a shell.
 */
export const fiveFacts = {
  name: 'five-facts',
  setup({ onLoad }) {
    const others = [
      ...['audio', 'battery', 'bluetooth', 'docker', 'filesystem', 'graphics', 'internet', 'printer'],
      ...['processes', 'usb', 'users', 'virtualbox', 'wifi'],
    ];
    const filter = new RegExp(`[\\\\/]systeminformation[\\\\/]lib[\\\\/](${others.join('|')})\\.js$`);
    onLoad({ filter }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};
