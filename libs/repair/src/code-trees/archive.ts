import { createHash } from 'node:crypto';
import { parseBundle, sha256Hex } from '@trustfleet/certificates';
import { ZipRefusedError, zipMembers } from '@trustfleet/certificates/public-list';
import type { ReleaseBundle, ReleaseFacts } from '@trustfleet/remedies';
import { StepRefusedError } from '../remedy.ts';
import { MAX_TREE_BYTES } from './tree.ts';

/** Of an artifact: shotgun_api3 has some 600 KiB. */
const MAX_ARCHIVE_BYTES = 16 * 1024 * 1024;
const MAX_MEMBER_BYTES = 8 * 1024 * 1024;

/** The files of a release, read in memory. */
export interface Archive {
  /** `/`-divided, as they will lie in the directory that takes them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Name of its `.dist-info`; null for a source archive. */
  readonly distInfo: string | null;
  readonly version: string | null;
  readonly facts: ReleaseFacts;
  /** DER by SHA-256 of the anchors of its bundles. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}

/**
 * A wheel whose RECORD states every file (binary distribution format), or a source archive (zip) with the module below one folder. Throws
 * {@link StepRefusedError} for what is neither, and for what would land outside of its directory.
 */
export async function readArchive(bytes: Uint8Array, module: string): Promise<Archive> {
  const members = await readMembers(bytes);
  const distInfo = distInfoOf(members);
  if (distInfo !== null) checkRecord(members, distInfo);
  const files = distInfo === null ? belowPrefix(members, module) : members;
  const code = codeOf(files, module);
  const head = distInfo === null ? '' : headOf(members, `${distInfo}/METADATA`);
  const requiresPython = fieldOf(head, 'Requires-Python');
  return {
    ...{ files, distInfo, version: code === null ? fieldOf(head, 'Version') : code.version },
    ...factsOf(files, { module, requiresPython, codeSha256: code === null ? null : code.sha256 }),
  };
}

function distInfoOf(members: ReadonlyMap<string, Uint8Array>): string | null {
  const metadata = [...members.keys()].filter((name) => /^[^/]+\.dist-info\/METADATA$/.test(name));
  const [only, ...more] = metadata;
  if (more.length > 0) throw new StepRefusedError('The archive holds the metadata of several packages.');
  return only === undefined ? null : only.replace(/\/.*/, '');
}

/** What stands before the first empty line (core metadata specification). */
const headOf = (members: ReadonlyMap<string, Uint8Array>, name: string): string =>
  Buffer.from(members.get(name) ?? [])
    .toString('utf8')
    .split(/\r?\n\r?\n/, 1)
    .join('');

async function readMembers(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  if (bytes.length > MAX_ARCHIVE_BYTES)
    throw new StepRefusedError(`The archive of the order is larger than ${MAX_ARCHIVE_BYTES} bytes.`);
  try {
    // Names that end in a slash are directories.
    const wanted = [{ name: /[^/]$/, maxBytes: MAX_MEMBER_BYTES }];
    const members = new Map(await zipMembers(bytes, wanted, MAX_TREE_BYTES));
    for (const name of members.keys()) checkName(name);
    return members;
  } catch (error) {
    if (error instanceof ZipRefusedError)
      throw new StepRefusedError(`The archive of the order is not unpacked. ${error.message}`);
    throw error;
  }
}

function checkName(name: string): void {
  const parts = name.split('/');
  if (/[\\\0:]/.test(name) || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new StepRefusedError(
      `The archive of the order holds ${JSON.stringify(name.slice(0, 200))}, which leads out of its directory.`,
    );
}

/** Files that RECORD does not state of itself (PEP 376, PEP 427). */
const UNRECORDED = /\/RECORD(\.jws|\.p7s)?$/;

function checkRecord(members: ReadonlyMap<string, Uint8Array>, distInfo: string): void {
  const record = Buffer.from(members.get(`${distInfo}/RECORD`) ?? []).toString('utf8');
  const stated = new Map(
    record.split(/\r?\n/).flatMap((line) => {
      const [, quoted, plain, digest] =
        /^(?:"([^"]+)"|([^,"]+)),sha256=([A-Za-z0-9_-]+),\d*$/.exec(line) ?? [];
      const name = quoted ?? plain;
      return name === undefined || digest === undefined ? [] : [[name, digest] as const];
    }),
  );
  for (const [name, bytes] of members) {
    if (UNRECORDED.test(name)) continue;
    if (/^[^/]+\.data\//.test(name))
      throw new StepRefusedError(`The wheel installs ${name} outside of site-packages.`);
    if (stated.get(name) !== createHash('sha256').update(bytes).digest('base64url'))
      throw new StepRefusedError(`The wheel's RECORD does not state ${name} as it is.`);
  }
}

/** What lies below the folder that holds the module: `python-api-3.9.0/` of a source archive. */
function belowPrefix(
  members: ReadonlyMap<string, Uint8Array>,
  module: string,
): ReadonlyMap<string, Uint8Array> {
  const main = [...members.keys()]
    .filter((name) => name === `${module}/__init__.py` || name.endsWith(`/${module}/__init__.py`))
    .sort((a, b) => a.length - b.length)[0];
  if (main === undefined) throw new StepRefusedError(`The archive of the order holds no package ${module}.`);
  const prefix = main.slice(0, -`${module}/__init__.py`.length);
  return new Map(
    [...members].flatMap(([name, bytes]) =>
      name.startsWith(`${prefix}${module}/`) ? [[name.slice(prefix.length), bytes] as const] : [],
    ),
  );
}

const fieldOf = (head: string, name: string): string | null =>
  new RegExp(`^${name}:[ \\t]*([^\\r\\n]{1,200}?)[ \\t]*$`, 'm').exec(head)?.[1] ?? null;

/** shotgrid.md §1.1: the truth stands in `shotgun.py` alone. */
const API_VERSION = /^__version__\s*=\s*["']([^"']{1,100})["']/m;

function codeOf(
  files: ReadonlyMap<string, Uint8Array>,
  module: string,
): { readonly version: string | null; readonly sha256: string } | null {
  const bytes = module === 'shotgun_api3' ? files.get('shotgun_api3/shotgun.py') : undefined;
  if (bytes === undefined) return null;
  return {
    version: API_VERSION.exec(Buffer.from(bytes).toString('utf8'))?.[1] ?? null,
    sha256: sha256Hex(bytes),
  };
}

/** CA files of the five packages (shotgrid.md §1.2; certifi, httplib2, old requests). */
const CA_FILE = /(^|\/)(cacert\.pem|cacerts\.txt)$/;

function factsOf(
  files: ReadonlyMap<string, Uint8Array>,
  { module, ...said }: { module: string; requiresPython: string | null; codeSha256: string | null },
): Pick<Archive, 'facts' | 'certificates'> {
  const certificates = new Map<string, Uint8Array>();
  const bundles: ReleaseBundle[] = [];
  for (const [name, bytes] of files) {
    if (!name.startsWith(`${module}/`) || !CA_FILE.test(name)) continue;
    const parsed = parseBundle(bytes);
    for (const { sha256, der } of parsed.certificates) certificates.set(sha256, der);
    bundles.push({
      ...{
        path: name.slice(module.length + 1),
        state: parsed.state,
        sha256: sha256Hex(bytes),
        size: bytes.length,
      },
      ...{ anchors: [...parsed.anchors].sort(), opensslAccepts: parsed.opensslAccepts },
      problems: parsed.problems.map((problem) => ({ ...problem })),
    });
  }
  return { facts: { ...said, bundles }, certificates };
}
