import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
  globSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const projects = globSync(
  ['apps/*/package.json', 'libs/*/package.json', 'tools/*/package.json', 'e2e/package.json'],
  { cwd: ROOT },
).map((file) => ({ file, ...JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) }));

describe('tags', () => {
  it.each(projects.map((project) => [project.file, project]))(
    '%s has one type, one scope and one platform',
    (_file, project) => {
      const tags = project.nx.tags;

      expect(tags.map((tag) => tag.split(':')[0]).sort()).toEqual(['platform', 'scope', 'type']);
      expect(tags.join(' ')).toMatch(/type:(contract|domain|adapter|ui|app|testkit|tool)/);
      expect(tags.join(' ')).toMatch(/scope:(agent|server|dashboard|shared)/);
      expect(tags.join(' ')).toMatch(/platform:(any|node|browser)/);
    },
  );
});

describe('dependency rule', () => {
  // Each line is one import that architecture.md forbids, seen by the real configuration.
  const forbidden = [
    ['libs/policy/src/zz-probe.ts', "import { x } from '@trustfleet/host';", '@nx/enforce-module-boundaries'],
    [
      'libs/protocol/src/zz-probe.ts',
      "import { x } from '@trustfleet/policy';",
      '@nx/enforce-module-boundaries',
    ],
    [
      'libs/agent-link/src/zz-probe.ts',
      "import { x } from '@trustfleet/database';",
      '@nx/enforce-module-boundaries',
    ],
    ['libs/policy/src/zz-probe.ts', "import fs from 'node:fs';", 'no-restricted-imports'],
    ['libs/policy/src/zz-probe.ts', 'export const now = Date.now();', 'no-restricted-properties'],
    ['libs/policy/src/zz-probe.ts', 'export const now = new Date();', 'no-restricted-syntax'],
    ['libs/rollout/src/zz-probe.ts', 'export const roll = Math.random();', 'no-restricted-properties'],
  ];
  const copy = mkdtempSync('/tmp/trustfleet-lint-');
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('finds every forbidden import, and nothing in the clean file', () => {
    // A copy of the workspace, so that a probe never stands in the tree that others build.
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    for (const file of tracked
      .split('\0')
      .filter((name) => /(\.(mjs|ts|json)|\.gitignore)$/.test(name) && !/^(apps|e2e)\/.*\.ts$/.test(name))) {
      mkdirSync(path.join(copy, path.dirname(file)), { recursive: true });
      try {
        writeFileSync(path.join(copy, file), readFileSync(path.join(ROOT, file)));
      } catch (error) {
        if (error.code !== 'ENOENT') throw error; // deleted in the working tree
      }
    }
    linkModules(copy);
    const probes = forbidden.map(([file, code], index) => [
      file.replace('zz-probe', `zz-probe-${index}`),
      code,
    ]);
    for (const [file, code] of probes) writeFileSync(path.join(copy, file), `${code}\n`);
    writeFileSync(path.join(copy, 'libs/policy/src/zz-clean.ts'), "export const fine = 'fine';\n");

    const messages = lint(copy, [...probes.map(([file]) => file), 'libs/policy/src/zz-clean.ts']);

    forbidden.forEach(([, code, rule], index) => {
      const found = messages
        .filter((message) => message.file.endsWith(`zz-probe-${index}.ts`))
        .map((message) => message.ruleId);
      expect(found, code).toContain(rule);
    });
    expect(messages.filter((message) => message.file.endsWith('zz-clean.ts'))).toEqual([]);
  });
});

/** Everything installed, but the workspace's own packages as those of the copy. */
function linkModules(copy) {
  mkdirSync(path.join(copy, 'node_modules/@trustfleet'), { recursive: true });
  for (const name of readdirSync(path.join(ROOT, 'node_modules')).filter(
    (entry) => entry !== '@trustfleet' && entry !== '.cache',
  )) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(copy, 'node_modules', name));
  }
  for (const { file } of projects) {
    const folder = path.dirname(file);
    symlinkSync(path.join(copy, folder), path.join(copy, 'node_modules/@trustfleet', path.basename(folder)));
  }
}

function lint(cwd, files) {
  // Run by Nx, this test inherits where *that* workspace and its graph are.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('NX_'));
  const env = { ...Object.fromEntries(inherited), NX_DAEMON: 'false', NX_WORKSPACE_ROOT_PATH: cwd };
  // The boundaries rule reads Nx's project graph, which only a cached one offers outside a task.
  execFileSync(
    process.execPath,
    [path.join(ROOT, 'node_modules/nx/dist/bin/nx.js'), 'graph', '--file', path.join(cwd, 'graph.json')],
    { cwd, env, stdio: 'pipe', timeout: 120_000 },
  );
  const result = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/eslint/bin/eslint.js'),
      '--format',
      'json',
      '--no-error-on-unmatched-pattern',
      ...files,
    ],
    {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      timeout: 120_000,
    },
  );
  if (!result.stdout.startsWith('[')) throw new Error(result.stderr || result.stdout);
  return JSON.parse(result.stdout).flatMap((file) =>
    file.messages.map((message) => ({ file: file.filePath, ruleId: message.ruleId, text: message.message })),
  );
}
