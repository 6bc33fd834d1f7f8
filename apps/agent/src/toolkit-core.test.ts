import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createUpgradeCore } from '@trustfleet/repair';
import type { JobEvent } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCodeLab, type CodeLab } from './testing/code-lab.ts';
import { createToolkitCoreAccess } from './toolkit-core-access.ts';

let lab: CodeLab;
beforeEach(() => {
  lab = makeCodeLab();
});
afterEach(() => lab.remove());

const ANA = 4242;
const SECRET = 'n0t-to-be-told';
const FILM = 'srv/film';
const SETTINGS = `${FILM}/config/core/core_api.yml`;
const CORE_API = `# ask Ana first\r
location:\r
    version:   'v0.21.7'   # pinned\r
    type: app_store\r
    name: tk-core\r
`;

const give = (path: string, uid = ANA): string =>
  execFileSync('/bin/chown', ['-R', `${uid}:${uid}`, lab.at(path)], { encoding: 'utf8' });

function makeFilm(): void {
  lab.put(SETTINGS, CORE_API);
  lab.put(`${FILM}/config/core/pipeline_configuration.yml`, 'pc_id: 1\n');
  lab.put(`${FILM}/config/core/shotgun.yml`, `host: https://demo.example\napi_key: ${SECRET}\n`);
}

function makeCore(at: string, core: string, api: string): void {
  lab.put(`${at}/info.yml`, `version: ${core}\n`);
  lab.put(`${at}/_core_upgrader.py`, '');
  lab.put(`${at}/python/tank_vendor/shotgun_api3/shotgun.py`, `__version__ = "${api}"\n`);
}

/** As documented (shotgrid.md §2.3): asks, keeps the old core, lays the new one over it; and says who it ran as. */
const TANK = `#!/bin/sh
root=$(dirname "$0"); id -u > "$root/ran-as"; cat "$root/config/core/shotgun.yml"
printf "Update to %s of the Core API? [yn] " "$3"; read answer; [ "$answer" = y ] || exit 1
mkdir -p "$root/install/core.backup"
cp -R "$root/install/core" "$root/install/core.backup/20261122_120000"
rm -rf "$root/install/core"; cp -R "$root/store/$3" "$root/install/core"
printf 'location: {name: tk-core, type: app_store, version: %s}\\n' "$3" > "$root/config/core/core_api.yml"
echo "The Toolkit Core API has been updated!"
`;

function makeLocalized(): void {
  makeFilm();
  makeCore(`${FILM}/install/core`, 'v0.21.7', '3.6.2');
  makeCore(`${FILM}/store/v0.24.0`, 'v0.24.0', '3.10.3');
  lab.put(`${FILM}/tank`, TANK);
  chmodSync(lab.at(`${FILM}/tank`), 0o755);
}

/** A Python as it lies on a disk; nobody starts it. */
function makePython(): string {
  lab.put('opt/py/lib/python3.11/os.py', '');
  lab.put('opt/py/lib/python3.11/site-packages/README.txt', '');
  const program = lab.put('opt/py/bin/python3.11', '');
  copyFileSync('/bin/true', program);
  chmodSync(program, 0o755);
  return program;
}
const tankStarts = (python: string): string =>
  lab.put(`${FILM}/config/core/interpreter_Linux.cfg`, `${python}\n`);

async function run(mode: 'apply' | 'undo' = 'apply', undoes?: string): Promise<JobEvent & { jobId: string }> {
  const facts = () => lab.facts({ search: [lab.at('srv')] });
  const repair = await lab.repair([
    createUpgradeCore(
      createToolkitCoreAccess({ ...lab.parts(facts), forbidden: () => Promise.resolve(null) }),
    ),
  ]);
  const { jobId, ...message } = lab.message(
    'toolkit.upgradeCore',
    { configuration: lab.at(FILM), version: 'v0.24.0' },
    { mode, job: undoes === undefined ? {} : { undoes } },
  );
  await repair.accept(message);
  await repair.idle();
  repair.stop();
  return { ...lab.events.at(-1)!, jobId };
}
const settings = (): string => readFileSync(lab.at(SETTINGS), 'utf8');

describe('core_api.yml of an account', () => {
  beforeEach(() => {
    makeFilm();
    chmodSync(lab.at(SETTINGS), 0o640);
    give(FILM);
  });

  it("gets another version with that account's rights, and nothing else changes; an undo brings it back", async () => {
    const done = await run();

    expect(done).toMatchObject({ state: 'verified', after: { state: 'v0.24.0' } });
    expect(settings()).toBe(CORE_API.replace('v0.21.7', 'v0.24.0'));
    expect(statSync(lab.at(SETTINGS))).toMatchObject({ uid: ANA, mode: 0o100640 });
    expect(await run()).toMatchObject({ state: 'alreadyCompliant' });
    expect(await run('undo', done.jobId)).toMatchObject({ state: 'verified' });
    expect(settings()).toBe(CORE_API);
    expect(JSON.stringify(lab.events)).not.toContain(SECRET);
  }, 120_000);

  it("does not lead the agent to a file of root's by a link", async () => {
    lab.put('opt/private/core_api.yml', CORE_API);
    lab.put('opt/private/pipeline_configuration.yml', 'pc_id: 1\n');
    renameSync(lab.at(`${FILM}/config/core`), lab.at(`${FILM}/config/mine`));
    symlinkSync(lab.at('opt/private'), lab.at(`${FILM}/config/core`));

    expect((await run()).state).not.toBe('verified');
    expect(readFileSync(lab.at('opt/private/core_api.yml'), 'utf8')).toBe(CORE_API);

    execFileSync('/bin/rm', [lab.at(`${FILM}/config/core`)]);
    renameSync(lab.at(`${FILM}/config/mine`), lab.at(`${FILM}/config/core`));
    execFileSync('/bin/rm', [lab.at(SETTINGS)]);
    symlinkSync(lab.at('opt/private/core_api.yml'), lab.at(SETTINGS));
    expect((await run()).state).not.toBe('verified');
    expect(readFileSync(lab.at('opt/private/core_api.yml'), 'utf8')).toBe(CORE_API);
  }, 120_000);

  it.each(['config/core', 'config', ''])(
    'is left alone where everybody can write %s',
    async (path) => {
      chmodSync(lab.at(SETTINGS), 0o644);
      chmodSync(lab.at(`${FILM}/${path}`), 0o777);

      const ended = await run();

      expect(ended).toMatchObject({ state: 'notApplicable' });
      expect(ended.detail).toMatch(/can be written by its group or by others/);
      expect(settings()).toBe(CORE_API);
    },
    120_000,
  );
});

describe('tank core', () => {
  it('runs as whoever owns the installation, and is taken back', async () => {
    makeLocalized();
    give(FILM);

    const done = await run();

    expect(done).toMatchObject({ state: 'verified', after: { state: 'v0.24.0' } });
    expect(readFileSync(lab.at(`${FILM}/ran-as`), 'utf8').trim()).toBe(String(ANA));
    expect(await run('undo', done.jobId)).toMatchObject({ state: 'verified' });
    expect(settings()).toBe(CORE_API);
    expect(readFileSync(lab.at(`${FILM}/install/core/info.yml`), 'utf8')).toBe('version: v0.21.7\n');
    expect(JSON.stringify(lab.events)).not.toContain(SECRET);
  }, 400_000);

  it.each<[string, () => void]>([
    ['a file in it belongs to somebody else', () => give(`${FILM}/install/core/info.yml`)],
    [
      'others can write a file in it',
      () => {
        chmodSync(lab.at(`${FILM}/install/core/info.yml`), 0o666);
      },
    ],
    ['nobody knows its Python', () => undefined],
    [
      "its Python is somebody else's",
      () => {
        tankStarts(makePython());
        give('opt/py/bin/python3.11');
      },
    ],
    [
      'others can write what its Python imports',
      () => {
        tankStarts(makePython());
        chmodSync(lab.at('opt/py/lib/python3.11/site-packages'), 0o777);
      },
    ],
  ])(
    'is not run as root where %s',
    async (_name, change) => {
      makeLocalized();
      change();

      const ended = await run();

      expect(ended).toMatchObject({ state: 'notApplicable' });
      expect(ended.detail).toMatch(/root's rights/);
      expect(existsSync(lab.at(`${FILM}/ran-as`))).toBe(false);
    },
    120_000,
  );

  it("runs as root where everything is root's", async () => {
    makeLocalized();
    tankStarts(makePython());

    expect(await run()).toMatchObject({ state: 'verified' });
    expect(readFileSync(lab.at(`${FILM}/ran-as`), 'utf8').trim()).toBe('0');
  }, 120_000);
});
