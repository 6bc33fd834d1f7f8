import { parseBundle, sha256Hex, toPem } from '@trustfleet/certificates';
import { clip, type StoreEntry } from '@trustfleet/protocol';
import type { StoreAccount, TrustStorePorts } from '../../ports.ts';
import { readerOf } from '../../reader.ts';
import type { StoreReading } from '../../types.ts';
import type { FirefoxLayout } from './layout.ts';
import { parsePolicies, PoliciesError, type Policies } from './policies.ts';

const MAX_POLICIES_BYTES = 4 * 1024 * 1024;
const MAX_CERTIFICATE_BYTES = 256 * 1024;
const MAX_FILES = 500;
/** What Firefox gives them: `CT,CT,` (Policies.sys.mjs). */
const PURPOSES = ['SSL', 'SSL client', 'S/MIME'];

export type PolicyFile =
  | {
      readonly state: 'read';
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly policies: Policies;
      /** Whose word it is: the files that it names are opened with no other rights. Undefined for root's. */
      readonly reader: StoreAccount | undefined;
    }
  | { readonly state: 'missing' | 'unreadable'; readonly path: string; readonly detail: string };

/** A file that `Certificates.Install` names, with the certificate that Firefox takes of it or why it takes none. */
export interface InstalledCertificate {
  /** As the policy names it. */
  readonly name: string;
  readonly policyFile: string;
  readonly path: string | null;
  readonly certificate: { readonly sha256: string; readonly der: Uint8Array } | null;
  readonly problem: string | null;
}

export async function readPolicyFile(ports: TrustStorePorts, path: string): Promise<PolicyFile> {
  const [there] = await ports.identify([path]);
  if (there == null && (await ports.networkMount(path)) === null)
    return { state: 'missing', path, detail: `${path} does not exist` };
  const reader = await readerOf(ports, path);
  const read = await ports.readFile(path, { maxBytes: MAX_POLICIES_BYTES, asUser: reader });
  if (read.state === 'missing') return { state: 'missing', path, detail: read.detail };
  if (read.state !== 'read') return { state: 'unreadable', path, detail: read.detail };
  try {
    return { state: 'read', path, bytes: read.bytes, policies: parsePolicies(read.bytes), reader };
  } catch (error) {
    if (!(error instanceof PoliciesError)) throw error;
    const detail = `${path} cannot be used, and Firefox follows no policy of it: ${error.message}. Correct the file`;
    return { state: 'unreadable', path, detail };
  }
}

/** The machine's file, and where there is none those of the installations: what Firefox follows. */
export async function policiesInForce(
  ports: TrustStorePorts,
  layout: FirefoxLayout,
): Promise<readonly [PolicyFile, ...PolicyFile[]]> {
  const machine = await readPolicyFile(ports, layout.machineFile);
  if (machine.state !== 'missing') return [machine];
  const installed = await Promise.all(layout.installedFiles.map((path) => readPolicyFile(ports, path)));
  const [first, ...rest] = installed.filter((file) => file.state !== 'missing');
  return first === undefined ? [machine] : [first, ...rest];
}

export async function installedCertificates(
  ports: TrustStorePorts,
  layout: FirefoxLayout,
  file: PolicyFile,
): Promise<readonly InstalledCertificate[]> {
  if (file.state !== 'read') return [];
  const found: InstalledCertificate[] = [];
  for (const name of file.policies.install.slice(0, MAX_FILES))
    found.push({
      name,
      policyFile: file.path,
      ...(await resolve(ports, layout, { name, reader: file.reader })),
    });
  return found;
}

type Resolved = Pick<InstalledCertificate, 'path' | 'certificate' | 'problem'>;

/** An absolute path, or a name that is looked for in the folders; one in a person's own folder is that person's. */
async function resolve(
  ports: TrustStorePorts,
  layout: FirefoxLayout,
  { name, reader }: { readonly name: string; readonly reader: StoreAccount | undefined },
): Promise<Resolved> {
  const nothing = { path: null, certificate: null };
  const problem = `Firefox' policy names ${name}`;
  if (name.includes('\0') || name === '')
    return { ...nothing, problem: `${problem}, which is no name of a file` };
  const paths = name.startsWith('/')
    ? [name]
    : layout.certificateFolders.map((folder) => `${folder}/${name}`);
  for (const path of paths) {
    const asUser = reader ?? (await readerOf(ports, path));
    const read = await ports.readFile(path, { maxBytes: MAX_CERTIFICATE_BYTES, asUser });
    if (read.state === 'missing') continue;
    if (read.state !== 'read') return { ...nothing, path, problem: `${problem}: ${read.detail}` };
    const certificate = onlyCertificate(read.bytes);
    const words =
      certificate === null ? `${problem}, and ${path} is not one certificate in PEM or DER` : null;
    return { path, certificate, problem: words };
  }
  const where = name.startsWith('/') ? 'which is not there' : `which is in none of ${paths.join(', ')}`;
  return { ...nothing, problem: `${problem}, ${where}: put it there or take it out of the policy` };
}

/** Firefox takes DER, or a file with one block of PEM. */
function onlyCertificate(bytes: Uint8Array): InstalledCertificate['certificate'] {
  const parsed = parseBundle(bytes);
  const { certificates } = parsed.state === 'der' ? parseBundle(Buffer.from(toPem(bytes), 'latin1')) : parsed;
  const [first, ...rest] = certificates;
  return first === undefined || rest.length > 0 ? null : { sha256: first.sha256, der: first.der };
}

export async function readStore(ports: TrustStorePorts, layout: FirefoxLayout): Promise<StoreReading> {
  const files = await policiesInForce(ports, layout);
  const listed = (await Promise.all(files.map((file) => installedCertificates(ports, layout, file)))).flat();
  const entries = entriesOf(listed);
  const anchors = entries.map(({ anchor }) => anchor);
  const [inForce] = files;
  return {
    store: {
      id: 'firefox.policy',
      driver: 'firefox.policy',
      operatingSystem: false,
      name: 'Firefox enterprise policy',
      bundle: {
        path: inForce.path,
        realPath: null,
        state: inForce.state,
        detail: inForce.state === 'read' ? null : clip(inForce.detail, 512),
        sha256: inForce.state === 'read' ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
        size: null,
        anchors,
        problems: [],
        opensslAccepts: inForce.state === 'read',
      },
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: await whyNotChangeable(ports, layout, inForce),
      user: null,
      entries,
      problems: problemsOf(files, listed),
    },
    certificates: new Map(
      listed.flatMap(({ certificate }) =>
        certificate === null ? [] : [[certificate.sha256, certificate.der]],
      ),
    ),
    watch: [layout.machineFile, ...layout.installedFiles, ...listed.flatMap(({ path }) => path ?? [])],
  };
}

function entriesOf(listed: readonly InstalledCertificate[]): StoreEntry[] {
  const entries = new Map<string, StoreEntry>();
  for (const { name, path, certificate } of listed) {
    if (certificate === null || entries.has(certificate.sha256)) continue;
    entries.set(certificate.sha256, {
      anchor: certificate.sha256,
      trust: 'servers',
      origin: 'policy',
      name: clip(name, 512),
      location: path === null ? null : clip(path, 4096),
      purposes: PURPOSES,
    });
  }
  return [...entries.values()].toSorted((a, b) => (a.anchor < b.anchor ? -1 : 1));
}

function problemsOf(files: readonly PolicyFile[], listed: readonly InstalledCertificate[]): string[] {
  const broken = files.slice(1).flatMap((file) => (file.state === 'unreadable' ? file.detail : []));
  const asked = files.filter((file) => file.state === 'read' && file.policies.importsSystemRoots);
  const useless = asked.map(
    ({ path }) =>
      `${path} asks for ImportEnterpriseRoots, which Firefox follows on Windows and macOS alone: name the files in Certificates.Install`,
  );
  return [...broken, ...useless, ...listed.flatMap(({ problem }) => problem ?? [])]
    .slice(0, 64)
    .map((words) => clip(words, 512));
}

/** Null where `add` and `remove` change the machine's file. `seen`: what is in force, where it was read just now. */
export async function whyNotChangeable(
  ports: TrustStorePorts,
  layout: FirefoxLayout,
  seen?: PolicyFile,
): Promise<string | null> {
  if (ports.uid !== 0)
    return 'The agent does not run as root, and only root can change a policy of this machine';
  const refusal = await whyNotByRights(ports, layout);
  if (refusal !== null) return refusal;
  const inForce = seen ?? (await policiesInForce(ports, layout))[0];
  if (inForce.state === 'unreadable') return clip(inForce.detail, 512);
  if (inForce.state === 'read' && inForce.path !== layout.machineFile)
    return `Firefox reads ${inForce.path} only while there is no ${layout.machineFile}: move it there, then anchors can be added`;
  return null;
}

/** security.md, "a local user": root writes only where root alone may. */
async function whyNotByRights(ports: TrustStorePorts, layout: FirefoxLayout): Promise<string | null> {
  const [file] = await ports.identify([layout.machineFile], { followLinks: false });
  if (file?.kind === 'link')
    return `${layout.machineFile} is a link: something else manages it, so change the file that it leads to there`;
  const top = await firstExisting(ports, layout.ownFolder);
  const { owners, writable } = await ports.inspectPath(top);
  if (writable !== null || owners.some((owner) => owner !== 65_534))
    return `${writable ?? top} can be changed by others than root, so root does not write there: give it back to root`;
  return (await ports.isWritable(top))
    ? null
    : `${top} cannot be written, even by root: it lies on a read-only file system, so change the image that it comes from`;
}

async function firstExisting(ports: TrustStorePorts, path: string): Promise<string> {
  const parts = path.split('/');
  for (let end = parts.length; end > 1; end -= 1) {
    const above = parts.slice(0, end).join('/');
    const [found] = await ports.identify([above]);
    if (found !== null) return above;
  }
  return '/';
}
