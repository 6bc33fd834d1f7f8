import type { DistributionForm } from '@trustfleet/remedies';
import type { Account } from '../code-trees/ports.ts';
import { bytesOf, contentLineOf, isCompiled, type Tree, type TreeEntry } from '../code-trees/tree.ts';
import type { Archive } from '../code-trees/archive.ts';
import type { PythonPackageAccess } from './ports.ts';

/** One distribution in one site-packages. */
export interface Site {
  readonly access: PythonPackageAccess;
  readonly account: Account | null;
  /** The directory. */
  readonly base: string;
  /** Module and distribution have one name here, but for `-`, `_` and `.` (PEP 503). */
  readonly name: string;
}

const METADATA = /^(.+?)-\d[^-]*(?:-py[^-]*)?\.(?:dist-info|egg-info)$/;
const isMetadataOf = (entry: string, name: string): boolean =>
  METADATA.exec(entry)?.[1]?.toLowerCase().replaceAll(/[-.]+/g, '_') === name;

/** Where pip keeps what it uninstalls until the new one is there (pip, `AdjacentTempDirectory`). */
const isPipsOwn = (entry: string): boolean => entry.startsWith('~');

/** What of the directory is this distribution's. `known`: what pip left there is not, if it stood there before. */
export async function namesOf(
  { access, account, base, name }: Site,
  known: readonly string[] = [],
): Promise<{
  readonly names: string[];
  /** Left by a pip that did not come to its end: the only ones that are not by name this distribution's. */
  readonly leftovers: string[];
}> {
  const { names = [] } = await access.work(account, { do: 'list', base });
  return {
    names: names.filter((one) => one === name || one === `${name}.py` || isMetadataOf(one, name)),
    leftovers: names.filter((one) => isPipsOwn(one) && !known.includes(one)),
  };
}

export async function readSite(site: Site, names: readonly string[]): Promise<Tree> {
  const { tree } = await site.access.work(site.account, { do: 'read', base: site.base, names: [...names] });
  return tree ?? { entries: [], owner: null };
}

const textOf = ({ entries }: Tree, path: RegExp): string | null => {
  const found = entries.find((entry) => entry.kind === 'file' && path.test(entry.path));
  return found?.kind === 'file' ? Buffer.from(bytesOf(found.content)).toString('utf8') : null;
};

/** How it lies there, who put it there, and what of it lies elsewhere. */
export function formOf(kept: Tree): {
  readonly form: DistributionForm;
  /** What INSTALLER says (PEP 376); null for pip, and where nothing does. */
  readonly installer: string | null;
  /** A file of it outside this directory; null for none. */
  readonly outside: string | null;
} {
  const record = textOf(kept, /^[^/]+\.dist-info\/RECORD$/);
  const said =
    textOf(kept, /^[^/]+\.dist-info\/INSTALLER$/)
      ?.trim()
      .slice(0, 60) ?? '';
  const installer = ['', 'pip', 'uv'].includes(said) ? null : said;
  const direct = textOf(kept, /^[^/]+\.dist-info\/direct_url\.json$/);
  if (direct !== null && /"editable"\s*:\s*true/.test(direct))
    return { form: 'editable', installer, outside: null };
  if (record !== null) return { form: 'recorded', installer, outside: outsideOf(record) };
  const files = textOf(kept, /^[^/]+\.egg-info\/installed-files\.txt$/);
  if (files !== null) return { form: 'egg-info', installer, outside: null };
  const egg = kept.entries.find(({ path }) => /^[^/]+\.egg-info$/.test(path));
  return { form: egg === undefined ? 'bare' : 'distutils', installer, outside: null };
}

const outsideOf = (record: string): string | null =>
  /^"?(\.\.\/[^,"]+|\/[^,"]+)/m.exec(record)?.[1]?.slice(0, 300) ?? null;

/** Lines of the files that the archive puts there; times and rights are the installer's. */
export function writtenBy({ files }: Archive): string[] {
  const directories = new Set([...files.keys()].flatMap(parentsOf));
  return [
    ...[...directories].map((path) => contentLineOf({ kind: 'directory', path, mode: 0 })),
    ...[...files].flatMap(([path, bytes]) =>
      isCompiled(path) || /\/RECORD$/.test(path)
        ? []
        : [
            contentLineOf({
              kind: 'file',
              path,
              mode: 0,
              modified: 0,
              content: Buffer.from(bytes).toString('base64'),
            }),
          ],
    ),
  ];
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}

/** What pip itself adds to a distribution (PEP 376, PEP 610, PEP 627), and what it set aside on its way. */
export function pipsOwn(previous: Tree, distInfo: string): (entry: TreeEntry) => boolean {
  const contents = new Set(
    previous.entries.flatMap((entry) => (entry.kind === 'file' ? [entry.content] : [])),
  );
  const own = new Set(
    ['RECORD', 'INSTALLER', 'REQUESTED', 'direct_url.json'].map((file) => `${distInfo}/${file}`),
  );
  return (entry) => {
    if (own.has(entry.path)) return true;
    if (!isPipsOwn(entry.path)) return false;
    return entry.kind === 'directory' || (entry.kind === 'file' && contents.has(entry.content));
  };
}
