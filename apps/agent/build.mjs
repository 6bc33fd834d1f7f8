import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { builtinsByRequire, koffiBesideProgram, noNativeParts, zodInEnglish } from './build-plugins.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

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
  { format: 'cjs', file: 'trustfleet-agent.cjs', mode: 0o644, before: [], after: [] },
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
  const { outputFiles } = await build({
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
    plugins: [builtinsByRequire, zodInEnglish, noNativeParts, koffiBesideProgram],
    banner: { js: [...before, code.trim(), ...after].join('\n') },
    logLevel: 'warning',
  });
  return outputFiles[0].text.replaceAll(/[^\0-\x7f]/g, escaped);
}

await mkdir(here('./dist'), { recursive: true });
for (const form of FORMS) {
  const path = here(`./dist/${form.file}`);
  await writeFile(path, await bundle(form), { mode: form.mode });
  // A file that is there already keeps its mode otherwise.
  await chmod(path, form.mode);
}
