import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { LabChains } from '../lab/chains.ts';
import type { Marker } from '../lab/chains.ts';
import { API_BUNDLES, markBundles, marked } from './bundles-of.ts';
import type { StandWish } from './catalogue.ts';
import { addPackages, createEnvironment, type Environment } from './environment.ts';
import { CORES, ERA_LAYOUTS, installCore, installEra } from './eras.ts';
import type { Interpreter } from './interpreters.ts';
import { fetchPackages } from './packages.ts';

const run = promisify(execFile);

/** A Python environment with its clients, on disk. */
export interface Stand {
  readonly wish: StandWish;
  readonly interpreter: Interpreter;
  readonly directory: string;
  readonly python: string;
  readonly site: string;
  /** Of the bundles that its packages bring. */
  readonly markers: readonly Marker[];
}

export interface StandMaker {
  readonly directory: string;
  readonly lab: LabChains;
  readonly interpreters: readonly Interpreter[];
}

/** The stand, or why this machine cannot have it. */
export async function putUp(
  wish: StandWish,
  maker: StandMaker,
): Promise<Stand | { readonly because: string }> {
  const interpreter = maker.interpreters.find(({ feature }) => feature === wish.feature);
  if (interpreter === undefined) return { because: `there is no Python ${wish.feature} here` };
  const fetched = wish.requirements ? await fetchPackages(interpreter, wish.requirements) : null;
  if (fetched !== null && 'because' in fetched) return fetched;
  const directory = join(maker.directory, wish.name.replaceAll(/[^A-Za-z0-9.]+/g, '-'));
  const up = join(directory, 'up.json');
  const text = await readFile(up, 'utf8').catch(() => null);
  const kept = text === null ? null : (JSON.parse(text) as Stand);
  if (kept !== null && isDeepStrictEqual(kept.wish, wish)) return kept;
  await rm(directory, { recursive: true, force: true });
  const environment = await createEnvironment(interpreter, directory);
  if (fetched !== null) await addPackages(environment, fetched.directory);
  const stand = {
    ...{ wish, interpreter, directory, ...environment },
    markers: await furnish(wish, { interpreter, directory, environment, maker }),
  };
  await writeFile(up, JSON.stringify(stand));
  return stand;
}

interface Place {
  readonly directory: string;
  readonly environment: Environment;
  readonly maker: StandMaker;
}

/** Answers the markers of all bundles that are there in the end. */
async function furnish(
  wish: StandWish,
  place: Place & { readonly interpreter: Interpreter },
): Promise<readonly Marker[]> {
  const { interpreter, environment, maker } = place;
  if (wish.ownPip) await addOwnPip(interpreter, environment.site);
  const era = ERA_LAYOUTS.find(({ name }) => name === wish.era);
  if (era !== undefined) await installEra(era, environment.site, maker.lab);
  await addCore(wish, place);
  await addStartUp(wish, environment.site, maker.lab);
  const markers = await markBundles(environment.site, maker.lab);
  const inZip = wish.core === undefined ? [] : API_BUNDLES.map(([, marker]) => marker);
  return [...markers, ...inZip, ...(wish.locater === true ? (['locater'] as const) : [])];
}

async function addCore(wish: StandWish, where: Place): Promise<void> {
  const core = CORES.find(({ version }) => version === wish.core);
  if (core === undefined) return;
  const newest = where.maker.interpreters.findLast(({ feature }) => feature.startsWith('3.'));
  if (newest === undefined) throw new Error('A core is packed by a Python 3, and there is none.');
  const path = await installCore(core, {
    root: where.directory,
    packer: newest.path,
    interpreter: where.environment.python,
    lab: where.maker.lab,
  });
  await writeFile(join(where.environment.site, 'core.pth'), `${path}\n`);
}

async function addStartUp(wish: StandWish, site: string, lab: LabChains): Promise<void> {
  if (wish.startUp !== undefined) await writeFile(join(site, 'zz_start_up.pth'), `${wish.startUp}\n`);
  if (wish.locater !== true) return;
  const package_ = join(site, 'ca_certs_locater');
  await mkdir(package_, { recursive: true });
  const file = join(package_, 'located.pem');
  await writeFile(file, marked(lab, 'locater'));
  await writeFile(
    join(package_, '__init__.py'),
    'import os\n\n\ndef get():\n    return os.path.join(os.path.dirname(__file__), "located.pem")\n',
  );
}

/** The pip that came with the interpreter, with its vendored requests and certifi: there without any index. */
async function addOwnPip(interpreter: Interpreter, site: string): Promise<void> {
  const script = 'import os, pip, sys; sys.stdout.write(os.path.dirname(os.path.abspath(pip.__file__)))';
  const { stdout: pip } = await run(interpreter.path, ['-c', script], { timeout: 30_000 });
  await run('cp', ['-a', pip, join(site, 'pip')], { timeout: 60_000 });
}
