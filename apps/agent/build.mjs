import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { builtinsByRequire, fiveFacts, noNativeParts, zodInEnglish } from './build-plugins.mjs';

// `node build.mjs [DIR]`: the bundles and bundled.json, into dist/ if nothing else is said.
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here('../../');
const out = resolve(process.argv[2] ?? here('./dist'));

/** Two wrappings of the same code: a module for plain `node`, and CommonJS, which is all that a single executable runs (tools/packaging). */
const FORMS = [
  {
    format: 'esm',
    file: 'trustfleet-agent.mjs',
    mode: 0o755,
    before: ['#!/usr/bin/env node'],
    // `require` for built-in modules and the CommonJS dependencies inside.
    after: [
      "import { createRequire as trustfleetCreateRequire } from 'node:module';",
      'const require = trustfleetCreateRequire(import.meta.url);',
    ],
  },
  { format: 'cjs', file: 'trustfleet-agent.cjs', mode: 0o644, before: ["'use strict';"], after: [] },
];

const smallMemory = await readFile(here('./src/small-memory.ts'), 'utf8');

/** One letter beyond ASCII, and V8 keeps the whole text with two bytes a letter. esbuild escapes them everywhere but in regular
 * expressions, where the escape is the same. */
const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

// One file, its names kept for stack traces. Sources of the workspace are taken directly. What `import()` names in the sources is
// evaluated when it is first asked for.
async function bundle({ format, before, after }) {
  // Runs before everything else in the file.
  const { code } = await transform(smallMemory, { loader: 'ts', format, minify: true, platform: 'node' });
  const { outputFiles, metafile } = await build({
    entryPoints: [here('./src/main.ts')],
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    format,
    target: 'node22',
    minifyWhitespace: true,
    minifySyntax: true,
    conditions: ['@trustfleet/source'],
    plugins: [builtinsByRequire, zodInEnglish, noNativeParts, fiveFacts],
    // Its native part lies beside the program and is loaded from there (libs/host, load-koffi.ts).
    external: ['koffi'],
    banner: { js: [...before, code.trim(), ...after].join('\n') },
    logLevel: 'warning',
  });
  return {
    text: outputFiles[0].text.replaceAll(/[^\0-\x7f]/g, escaped),
    // Of what was read, what is inside: the rest was shaken off.
    inputs: Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [input] : [],
      ),
    ),
  };
}

/** Packages of others that are inside: their licences go with the program. `directory` is relative to the workspace. */
async function bundledPackages(inputs) {
  const folders = inputs.flatMap((input) => {
    // The innermost node_modules: a package may bring its own of another version.
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(toRoot(input)) ?? [];
    return folder === undefined ? [] : [folder];
  });
  const packages = [...new Set(folders)].sort().map(async (directory) => {
    const { name, version, license } = JSON.parse(
      await readFile(join(ROOT, directory, 'package.json'), 'utf8'),
    );
    return { name, version, license: license ?? 'see its licence file', directory };
  });
  return Promise.all(packages);
}

/** esbuild names its inputs relative to the directory that it was started in. */
const toRoot = (input) => relative(ROOT, resolve(input));

await mkdir(out, { recursive: true });
let packages = [];
for (const form of FORMS) {
  const path = join(out, form.file);
  const { text, inputs } = await bundle(form);
  await writeFile(path, text, { mode: form.mode });
  // A file that is there already keeps its mode otherwise.
  await chmod(path, form.mode);
  packages = await bundledPackages(inputs);
}
const { version } = JSON.parse(await readFile(here('./package.json'), 'utf8'));
await writeFile(join(out, 'bundled.json'), `${JSON.stringify({ version, packages }, null, 2)}\n`);
