import type { PythonEnvironment, PythonsSection } from '@trustfleet/protocol';
import { columns, plain } from '@trustfleet/terminal';

const KIND_WORDS: Record<PythonEnvironment['kind'], string> = {
  system: 'system',
  local: '/usr/local',
  opt: '/opt',
  pyenv: 'pyenv',
  venv: 'venv',
  user: 'user',
  conda: 'conda',
  uv: 'uv',
  framework: 'python.org',
  homebrew: 'Homebrew',
  commandLineTools: 'developer tools',
  windowsRegistry: 'registered',
  store: 'Microsoft Store',
  dcc: 'DCC',
  shotgridDesktop: 'ShotGrid Desktop',
  configured: 'configured',
};

const packageList = (python: PythonEnvironment): string =>
  python.packages.map((one) => `${one.name} ${one.version ?? '?'}`).join(', ');

/** "OpenSSL 3.0.19 27 Jan 2026" without the date. */
const opensslShort = (openssl: string | null): string => openssl?.split(' ').slice(0, 2).join(' ') ?? '-';

/** Where `ssl` looks without any variable; a store that is not there is why nothing verifies. */
function defaultTrust(python: PythonEnvironment): string {
  const paths = python.verifyPaths;
  if (paths === null) return '-';
  const present = [paths.cafile, paths.capath].filter((path) => path !== null);
  return present.length > 0 ? present.join(', ') : `NOTHING (${paths.opensslCafile ?? '?'} is not there)`;
}

/** A table of interpreters; why one was not run stands below it. */
export function renderPythons(section: PythonsSection): string[] {
  if (section.pythons.length === 0) return ['  none found'];
  const rows = section.pythons.map((python) => [
    python.path,
    KIND_WORDS[python.kind],
    python.version ?? '?',
    python.facts === 'run' ? opensslShort(python.openssl) : 'not run',
    defaultTrust(python),
    packageList(python) || '-',
  ]);
  const notRun = section.pythons.filter((python) => python.facts === 'static');
  return [
    ...columns([
      ['PATH', 'KIND', 'VERSION', 'TLS', 'TRUSTS BY DEFAULT', 'PACKAGES'],
      ...rows.map((row) => row.map(plain)),
    ]),
    ...notRun.map(
      (python) => `  ${plain(python.path)} was not run: ${plain(python.notRunBecause ?? 'no reason given')}`,
    ),
  ];
}
