import { parseBundle, toPem } from '@trustfleet/certificates';
import { clip, type BundleFile, type LocalAnchor } from '@trustfleet/protocol';
import { readBundle } from '../bundle-file.ts';
import type { TrustStorePorts } from '../ports.ts';
import type { FileWayLayout } from './layout.ts';
import { walkPlace } from './places.ts';

/** As many as the protocol's `localAnchors` takes. */
const MAX_LOCAL_ANCHORS = 2000;

export interface LocalAnchors {
  readonly anchors: readonly LocalAnchor[];
  /** Those that could be read, the anchor directory first; empty when that is not there. */
  readonly directories: readonly string[];
  readonly certificates: readonly { readonly sha256: string; readonly der: Uint8Array }[];
}

/** Every file of the anchor directory that the tool takes, with what is wrong with it. */
export async function readLocalAnchors(ports: TrustStorePorts, layout: FileWayLayout): Promise<LocalAnchors> {
  const { files, directories } = await walkPlace(ports, layout.anchors, MAX_LOCAL_ANCHORS);
  const anchors: LocalAnchor[] = [];
  const certificates: { sha256: string; der: Uint8Array }[] = [];
  for (const { path } of files) {
    const read = await readAnchorFile(ports, layout, path);
    anchors.push(...read.anchors);
    certificates.push(...read.certificates);
  }
  return { anchors: anchors.slice(0, MAX_LOCAL_ANCHORS), directories, certificates };
}

async function readAnchorFile(
  ports: TrustStorePorts,
  layout: FileWayLayout,
  path: string,
): Promise<Pick<LocalAnchors, 'anchors' | 'certificates'>> {
  const { file, certificates } = await readBundle(ports, path);
  if (layout.takes === 'onePem') {
    const problem = problemOf(layout, file, certificates.length);
    return { anchors: [{ path, anchor: file.anchors[0] ?? null, problem }], certificates };
  }
  if (file.state === 'der') return await readDer(ports, path);
  if (file.anchors.length === 0)
    return { anchors: [{ path, anchor: null, problem: problemOf(layout, file, 1) }], certificates };
  const anchors = file.anchors.map((anchor) => ({ path, anchor, problem: problemOf(layout, file, 1) }));
  return { anchors, certificates };
}

/** p11-kit takes a certificate in DER as it is; what is none is told as a block of PEM would be. */
async function readDer(
  ports: TrustStorePorts,
  path: string,
): Promise<Pick<LocalAnchors, 'anchors' | 'certificates'>> {
  const read = await ports.readFile(path);
  if (read.state !== 'read')
    return { anchors: [{ path, anchor: null, problem: clip(read.detail, 512) }], certificates: [] };
  const { certificates } = parseBundle(Buffer.from(toPem(read.bytes), 'latin1'));
  const [certificate] = certificates;
  const problem = certificate === undefined ? 'It is binary, and no certificate in DER' : null;
  return { anchors: [{ path, anchor: certificate?.sha256 ?? null, problem }], certificates };
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  empty: 'is empty',
  der: 'is binary DER',
  utf16: 'is UTF-16 text',
  noCertificates: 'holds no certificate',
};
const ONLY_PEM: ReadonlySet<string> = new Set(['der', 'utf16']);

function problemOf(
  layout: FileWayLayout,
  file: Pick<BundleFile, 'state' | 'detail' | 'problems'>,
  count: number,
): string | null {
  if (file.detail !== null) return clip(file.detail, 512);
  const words = STATE_WORDS[file.state];
  const tool = layout.tool.slice(layout.tool.lastIndexOf('/') + 1);
  if (words !== undefined)
    return clip(`It ${words}${ONLY_PEM.has(file.state) ? `: ${tool} takes only plain PEM` : ''}`, 512);
  const first = file.problems[0];
  if (first !== undefined) return clip(`line ${first.line}: ${first.reason}`, 512);
  return count > 1
    ? `holds ${count} certificates: one belongs in a file, so their links by subject hash lack all but the first`
    : null;
}
