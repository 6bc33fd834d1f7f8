import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LabChains } from '../lab/chains.ts';
import { API_BUNDLES, marked } from './bundles-of.ts';

const run = promisify(execFile);
const PARTS = fileURLToPath(new URL('../../eras/', import.meta.url));

type Httplib2 = 'none' | 'wrapped' | 'locater' | 'contexts';

/** How an era lies on disk (shotgrid.md §1.2, §1.4). */
export interface EraLayout {
  readonly name: string;
  /** `__version__` that the file states. */
  readonly version: string;
  readonly httplib2: Httplib2;
  /** CA files below shotgun_api3/. */
  readonly bundles: readonly string[];
  /** Pythons that can import it. */
  readonly features: readonly string[];
}

const TWO = ['2.7'];
const PLAIN = 'lib/httplib2/cacerts.txt';
const SPLIT = ['lib/httplib2/python2/cacerts.txt', 'lib/httplib2/python3/cacerts.txt'];
const CERTIFI = 'lib/certifi/cacert.pem';

export const ERA_LAYOUTS: readonly EraLayout[] = [
  { name: 'E0', version: '3.0.7', httplib2: 'none', bundles: [], features: TWO },
  { name: 'E1', version: '3.0.9', httplib2: 'wrapped', bundles: [PLAIN], features: TWO },
  { name: 'E2', version: '3.0.17', httplib2: 'wrapped', bundles: [PLAIN], features: TWO },
  { name: 'E3', version: '3.0.19', httplib2: 'wrapped', bundles: [PLAIN], features: TWO },
  { name: 'E4', version: '3.0.33', httplib2: 'locater', bundles: [PLAIN], features: TWO },
  { name: 'E5', version: '3.0.36', httplib2: 'locater', bundles: [PLAIN], features: TWO },
  { name: 'E6', version: '3.0.38', httplib2: 'contexts', bundles: [PLAIN], features: TWO },
  { name: 'E7', version: '3.0.39', httplib2: 'contexts', bundles: [PLAIN], features: TWO },
  {
    name: 'E8',
    version: '3.3.2',
    httplib2: 'contexts',
    bundles: [CERTIFI, ...SPLIT],
    features: ['2.7', '3.7', '3.9', '3.11'],
  },
  {
    name: 'E9',
    version: '3.8.4',
    httplib2: 'contexts',
    bundles: [CERTIFI, PLAIN, ...SPLIT],
    features: ['3.7', '3.9', '3.11'],
  },
  {
    name: 'E10',
    version: '3.10.0',
    httplib2: 'contexts',
    bundles: [CERTIFI, PLAIN],
    features: ['3.9', '3.11', '3.13'],
  },
];

/** tk-core with the API in a zip (§2.5). */
export const CORES = [
  { version: 'v0.23.8', envIgnored: true },
  { version: 'v0.23.10', envIgnored: false },
] as const;
export const CORE_FEATURES = ['3.9', '3.11', '3.13'] as const;

const part = (name: string): Promise<string> => readFile(join(PARTS, name), 'utf8');

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** The copy, loose in `site`, with marked bundles. */
export async function installEra(era: EraLayout, site: string, lab: LabChains): Promise<void> {
  const code = await part(`${era.name}.py`);
  if (era.httplib2 === 'none') {
    await write(join(site, 'shotgun_api3.py'), code);
    await write(join(site, 'lab_site.py'), await part('parts/site.py'));
    return;
  }
  const api = join(site, 'shotgun_api3');
  const stated = code.replace(/^__version__ = .*$/m, `__version__ = "${era.version}"`);
  await write(join(api, 'shotgun.py'), stated);
  await write(
    join(api, '__init__.py'),
    'from . import shotgun\nfrom .shotgun import Shotgun, __version__  # noqa: F401\n',
  );
  await write(join(api, 'lib/__init__.py'), '');
  await write(join(api, 'lib/site.py'), await part('parts/site.py'));
  await write(join(api, 'lib/uploads.py'), await part('parts/uploads.py'));
  await installHttplib2(era, api);
  for (const [path, marker] of API_BUNDLES)
    if (era.bundles.includes(path)) await write(join(api, path), marked(lab, marker));
  if (era.bundles.includes(CERTIFI))
    await write(
      join(api, 'lib/certifi/__init__.py'),
      'import os\n\n\ndef where():\n    return os.path.join(os.path.dirname(__file__), "cacert.pem")\n',
    );
}

async function installHttplib2(era: EraLayout, api: string): Promise<void> {
  const contexts = era.httplib2 === 'contexts';
  const code = contexts ? await part('parts/httplib2/contexts.py') : await part('parts/httplib2/wrapped.py');
  const located = era.httplib2 === 'locater' ? code.replace('LOCATER = False', 'LOCATER = True') : code;
  const folders = era.bundles.includes(SPLIT[0] ?? '') ? ['python2', 'python3'] : [''];
  for (const folder of folders) {
    await write(join(api, 'lib/httplib2', folder, '__init__.py'), located);
    if (contexts)
      await write(join(api, 'lib/httplib2', folder, 'certs.py'), await part('parts/httplib2/certs.py'));
  }
  if (folders.length > 1)
    await write(
      join(api, 'lib/httplib2/__init__.py'),
      'import sys\nif sys.version_info[0] > 2:\n    from .python3 import *  # noqa: F401, F403\nelse:\n    from .python2 import *  # noqa: F401, F403\n',
    );
}

export interface CorePlace {
  readonly root: string;
  /** A Python 3 that packs the zip. */
  readonly packer: string;
  /** The Python that the configuration runs. */
  readonly interpreter: string;
  readonly lab: LabChains;
}

/** A pipeline configuration that names the core and its interpreter: only such a core is in use (shotgrid.md §2.1, §2.2). */
async function writeConfiguration(version: string, { root, interpreter }: CorePlace): Promise<void> {
  const core = join(root, 'configuration/config/core');
  await write(
    join(core, 'core_api.yml'),
    `location:\n  type: app_store\n  name: tk-core\n  version: ${version}\n`,
  );
  await write(join(core, 'shotgun.yml'), 'host: https://site.studio.test\n');
  await write(
    join(core, 'pipeline_configuration.yml'),
    'pc_id: 1\npc_name: Primary\nproject_id: 1\nproject_name: lab\n',
  );
  await write(join(core, 'interpreter_Linux.cfg'), `${interpreter}\n`);
}

/** A core below `root`, as a bundle cache has it; answers the directory for the import path. */
export async function installCore(
  core: { readonly version: string; readonly envIgnored: boolean },
  where: CorePlace,
): Promise<string> {
  const directory = join(where.root, 'bundle_cache/app_store/tk-core', core.version);
  const layout = ERA_LAYOUTS.find(({ name }) => name === 'E10');
  if (layout === undefined) throw new Error('There is no era E10.');
  const vendor = await part('core_zip.py');
  const state = core.envIgnored ? vendor.replace('ENV_IGNORED = False', 'ENV_IGNORED = True') : vendor;
  await write(join(directory, 'info.yml'), `display_name: "Toolkit Core API"\nversion: "${core.version}"\n`);
  await write(join(directory, 'python/tank/__init__.py'), '');
  await write(join(directory, 'python/tank_vendor/__init__.py'), state);
  await writeConfiguration(core.version, where);
  const loose = join(where.root, `loose-${core.version}`);
  await installEra(layout, loose, where.lab);
  for (const feature of CORE_FEATURES) {
    const requirements = join(directory, 'requirements', feature);
    await mkdir(requirements, { recursive: true });
    const zip = ['-m', 'zipfile', '-c', join(requirements, 'pkgs.zip'), 'shotgun_api3'];
    await run(where.packer, zip, { cwd: loose, timeout: 60_000 });
    const certs = join(requirements, 'certs/shotgun_api3/lib/certifi/cacert.pem');
    await mkdir(dirname(certs), { recursive: true });
    await cp(join(loose, 'shotgun_api3', CERTIFI), certs);
  }
  await rm(loose, { recursive: true, force: true });
  return join(directory, 'python');
}
