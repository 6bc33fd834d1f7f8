import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { CA_FILES } from '../apis/api-facts.ts';
import type { TestHost } from './host.ts';
import { makeZip, type ZipMember } from '@trustfleet/certificates/testing';

/** The main module of a copy, as small as a discovery needs it: its version stands below a docstring, as in the real one. */
export function shotgunPy(version: string, quote = '"'): string {
  return `#!/usr/bin/env python\n"""Shotgun Python API library.\n\n__version__ is further down."""\nimport os\n__version__ = ${quote}${version}${quote}\n`;
}

/** A CA file with the first `count` (≤ 5) of the well-known roots. */
export function caFile(count: number): string {
  return `# ${count} roots\n${WELL_KNOWN_ROOTS.slice(0, count)
    .map(({ pem }) => pem)
    .join('\n')}`;
}

/** CA files of the eras by their paths below the package (shotgrid.md §1.2); each with another count, to tell them apart. */
export const ERA_FILES = {
  /** 3.0.8 – 3.0.41 */
  httplib2: { [CA_FILES[1]]: 1 },
  /** 3.1.0 – 3.2.5 */
  pythons: { [CA_FILES[2]]: 2, [CA_FILES[3]]: 3 },
  /** 3.2.6 – 3.3.6 */
  certifiAndPythons: { [CA_FILES[0]]: 4, [CA_FILES[2]]: 2, [CA_FILES[3]]: 3 },
  /** 3.4.0 – 3.8.5 */
  all: { [CA_FILES[0]]: 4, [CA_FILES[1]]: 1, [CA_FILES[2]]: 2, [CA_FILES[3]]: 3 },
  /** 3.9.0 → */
  certifiAndHttplib2: { [CA_FILES[0]]: 4, [CA_FILES[1]]: 1 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** A package `shotgun_api3` in `directory`; returns the absolute path of its shotgun.py. */
export function putApi(
  host: TestHost,
  directory: string,
  of: { readonly version: string; readonly files?: Readonly<Record<string, number>> },
): string {
  for (const [file, count] of Object.entries(of.files ?? ERA_FILES.certifiAndHttplib2))
    host.put(`${directory}/shotgun_api3/${file}`, caFile(count));
  host.put(`${directory}/shotgun_api3/__init__.py`, 'from .shotgun import __version__\n');
  return host.put(`${directory}/shotgun_api3/shotgun.py`, shotgunPy(of.version));
}

/** A core ≤ v0.23.6; returns the absolute path of its info.yml. */
export function putCore(
  host: TestHost,
  directory: string,
  of: {
    readonly version: string;
    readonly api?: string;
    readonly old?: boolean;
    readonly upgrader?: boolean;
  },
): string {
  putApi(host, `${directory}${of.old === true ? '/core' : ''}/python/tank_vendor`, {
    version: of.api ?? '3.6.2',
    files: ERA_FILES.all,
  });
  if (of.upgrader === true) host.put(`${directory}/_core_upgrader.py`, '');
  return host.put(`${directory}/info.yml`, `# Metadata for the Core Tank API.\nversion: "${of.version}"\n`);
}

/** Members of pkgs.zip from v0.23.7 on. */
export function zippedApi(version: string): ZipMember[] {
  return [
    { name: 'yaml/__init__.py', content: '__version__ = "6.0"\n' },
    { name: 'shotgun_api3/shotgun.py', content: shotgunPy(version) },
    { name: 'shotgun_api3/lib/certifi/cacert.pem', content: caFile(4) },
    { name: 'shotgun_api3/lib/httplib2/cacerts.txt', content: caFile(1) },
  ];
}

/** A core ≥ v0.23.7: one zip a Python, with the extracted CA file beside it. */
export function putZippedCore(
  host: TestHost,
  directory: string,
  of: { readonly version: string; readonly apis: Readonly<Record<string, string>> },
): string {
  host.put(`${directory}/python/tank_vendor/__init__.py`, '');
  for (const [python, version] of Object.entries(of.apis)) {
    host.put(`${directory}/requirements/${python}/pkgs.zip`, makeZip(zippedApi(version)));
    host.put(`${directory}/requirements/${python}/certs/shotgun_api3/lib/certifi/cacert.pem`, caFile(4));
  }
  return host.put(`${directory}/info.yml`, `version: "${of.version}"\n`);
}

/** Settings of an installed configuration. */
export function putConfiguration(
  host: TestHost,
  path: string,
  files: Readonly<Record<string, string>>,
): string {
  for (const [name, content] of Object.entries(files)) host.put(`${path}/config/core/${name}`, content);
  return host.at(path);
}

export function coreApi(version: string): string {
  return `location:\n  type: app_store\n  name: tk-core\n  version: ${version}\n`;
}
