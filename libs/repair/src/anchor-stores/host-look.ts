import { parseBundle, sha256Hex } from '@trustfleet/certificates';
import type { TrustStore } from '@trustfleet/protocol';
import { ANCHOR_WAYS, holdersOf, onHost, type FileWay, type HostLook } from '@trustfleet/remedies';
import type { AnchorStoreAccess } from './ports.ts';
import { deselect, selectedNames } from './selection.ts';

/** A host seen for one certificate, with the names of the selection that bring it. */
export interface Looked {
  readonly host: HostLook | undefined;
  readonly names: readonly string[];
}

interface Sought {
  readonly store: TrustStore;
  readonly anchor: string;
}

/** What no section holds and a plan needs, for a store made of files. */
export async function lookAtHost(access: AnchorStoreAccess, sought: Sought): Promise<Looked> {
  const way = ANCHOR_WAYS.get(sought.store.driver);
  if (way?.kind !== 'file') return { host: undefined, names: [] };
  const digests = new Map<string, string | null>();
  for (const { path } of holdersOf(sought.store, sought.anchor))
    digests.set(path, await digestOfPlain(access, path));
  const { exclusion, names = [] } = await lookForExclusion(access, sought, way);
  return { host: { digests, exclusion }, names };
}

async function digestOfPlain(access: AnchorStoreAccess, path: string): Promise<string | null> {
  if ((await access.attributes(path))?.plain !== true) return null;
  const bytes = await access.readFile(path);
  return bytes === null ? null : sha256Hex(bytes);
}

interface Exclusion {
  readonly exclusion: HostLook['exclusion'];
  readonly names?: readonly string[];
}

const none = (reason: string): Exclusion => ({ exclusion: { kind: 'none', reason } });

async function lookForExclusion(access: AnchorStoreAccess, sought: Sought, way: FileWay): Promise<Exclusion> {
  const { store } = sought;
  const { exclusion } = way;
  if (exclusion.kind === 'deselect') {
    const at = (path: string): string => onHost(store, way, path);
    return lookForLines(access, sought, { conf: at(exclusion.file), shipped: at(exclusion.shipped) });
  }
  for (const path of exclusion.directories) {
    const directory = onHost(store, way, path);
    if (await access.isDirectory(directory)) return { exclusion: { kind: 'blocklist', directory } };
  }
  return none(
    `The system ships this certificate, and ${onHost(store, way, exclusion.directories[0])}, where certificates are rejected, is missing: make it, owned by root.`,
  );
}

async function lookForLines(
  access: AnchorStoreAccess,
  { store, anchor }: Sought,
  { conf, shipped }: { readonly conf: string; readonly shipped: string },
): Promise<Exclusion> {
  const content = (await access.attributes(conf))?.plain === true ? await access.readFile(conf) : null;
  if (content === null)
    return none(
      `${conf}, which selects what of the system's certificates is taken in, is missing or no plain file.`,
    );
  const names: string[] = [];
  for (const name of selectedNames(content)) {
    const held = name.split('/').includes('..') ? [] : await anchorsIn(access, `${shipped}/${name}`);
    if (!held.includes(anchor)) continue;
    if (held.length > 1)
      return none(
        `${shipped}/${name} brings this certificate together with ${held.length - 1} others, so it cannot be left out by itself.`,
      );
    names.push(name);
  }
  if (names.length === 0)
    return none(
      `Nothing was found that brings this certificate into ${store.bundle.path} by itself: no file of ${store.anchorDirectory ?? 'the anchor directory'} and no line of ${conf}. Find the file that holds it among others, and take it out by hand.`,
    );
  const sha256 = sha256Hex(deselect(content, names).content);
  return { exclusion: { kind: 'selection', path: conf, sha256 }, names };
}

async function anchorsIn(access: AnchorStoreAccess, path: string): Promise<readonly string[]> {
  const bytes = await access.readFile(path);
  return bytes === null ? [] : parseBundle(bytes).anchors;
}
