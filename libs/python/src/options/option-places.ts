import type { PythonEnvironment } from '@trustfleet/protocol';
import { below, isAbsolutePath, parentOf } from '../paths.ts';
import type { PythonPorts, UserAccount } from '../ports.ts';
import type { Reader } from '../scan.ts';
import type { OptionFile } from './option-file.ts';

type Platform = PythonPorts['platform'];
type Place = Pick<OptionFile, 'path' | 'client'>;

const MACHINE: Readonly<Record<Platform, readonly Place[]>> = {
  linux: [
    { client: 'pip', path: '/etc/xdg/pip/pip.conf' },
    { client: 'pip', path: '/etc/pip.conf' },
    { client: 'conda', path: '/etc/conda/.condarc' },
    { client: 'conda', path: '/etc/conda/condarc' },
    { client: 'git', path: '/etc/gitconfig' },
  ],
  macos: [
    { client: 'pip', path: '/Library/Application Support/pip/pip.conf' },
    { client: 'conda', path: '/etc/conda/.condarc' },
    { client: 'conda', path: '/etc/conda/condarc' },
    { client: 'git', path: '/etc/gitconfig' },
  ],
  windows: [
    { client: 'pip', path: 'C:/ProgramData/pip/pip.ini' },
    { client: 'conda', path: 'C:/ProgramData/conda/.condarc' },
    { client: 'git', path: 'C:/Program Files/Git/etc/gitconfig' },
  ],
};

/** Of the whole machine, in the order in which each client reads its own (pip's "Configuration", conda's search path, git-config(1)). */
export function machineOptionFiles(root: string, platform: Platform): OptionFile[] {
  return MACHINE[platform].map(({ client, path }) => ({
    ...{ client, path: below(root, path), reader: null, home: null },
    ...{ account: null, scope: 'machine', python: null },
  }));
}

/** In the order in which each client reads its own: the later beats the earlier. The first name is what is looked for in the home. */
const USER: readonly (Place & { readonly needs: string })[] = [
  { client: 'pip', needs: '.pip', path: '.pip/pip.conf' },
  { client: 'pip', needs: '.config/pip', path: '.config/pip/pip.conf' },
  { client: 'pip', needs: 'Library', path: 'Library/Application Support/pip/pip.conf' },
  { client: 'conda', needs: '.config/conda', path: '.config/conda/.condarc' },
  { client: 'conda', needs: '.conda', path: '.conda/.condarc' },
  { client: 'conda', needs: '.condarc', path: '.condarc' },
  { client: 'git', needs: '.config/git', path: '.config/git/config' },
  { client: 'git', needs: '.gitconfig', path: '.gitconfig' },
  { client: 'boto3', needs: '.aws', path: '.aws/config' },
];

/** Of one account; `present`: what its home and its .config hold, by their names from the home on. */
export function userOptionFiles(
  { name, home }: UserAccount,
  { reader, present }: { readonly reader: Reader; readonly present: ReadonlySet<string> },
): OptionFile[] {
  return USER.filter(({ needs }) => present.has(needs)).map(({ client, path }) => ({
    ...{ client, path: `${home}/${path}`, reader, home, account: name, scope: 'user', python: null },
  }));
}

/** Those that may lie in an environment's own directory (`sys.prefix`). */
export function environmentOptionFiles(
  { path, kind }: Pick<PythonEnvironment, 'path' | 'kind'>,
  platform: Platform,
): Omit<OptionFile, 'reader'>[] {
  const program = path.replaceAll('\\', '/');
  if (!isAbsolutePath(program)) return [];
  const directory = parentOf(program);
  const prefix = /\/(?:bin|scripts)$/i.test(directory) ? parentOf(directory) : directory;
  const of = { home: null, account: null, scope: 'environment', python: path } as const;
  const pip: Place = { client: 'pip', path: `${prefix}/${platform === 'windows' ? 'pip.ini' : 'pip.conf'}` };
  const conda: Place = { client: 'conda', path: `${prefix}/.condarc` };
  return (kind === 'conda' ? [pip, conda] : [pip]).map((place) => ({ ...of, ...place }));
}
