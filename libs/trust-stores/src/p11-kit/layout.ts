import type { FileWayLayout, KeptDirectory } from '../file-way/layout.ts';
import { refusalBelow } from '../os-family.ts';
import { below } from '../paths.ts';
import type { P11Path } from './read-sources.ts';

/** A family whose tool makes the bundle from p11-kit's sources. */
export interface P11Layout extends FileWayLayout {
  /** Trust paths in p11-kit's order: the administrator's, then the vendor's. */
  readonly sources: readonly P11Path[];
  /** Other names of the bundle that programs load; the system makes them links, and releases differ in which they have. */
  readonly copies: readonly string[];
  /** What the tool makes for programs that look anchors up by subject hash. */
  readonly hashed: string;
}

/** A family in paths of a machine whose root is `/`. */
export interface P11Family {
  readonly driver: string;
  readonly root: string;
  /** Directory of the administrator's sources, with `anchors/` and `blocklist/` below. */
  readonly source: string;
  readonly vendorSource: string;
  readonly bundle: string;
  readonly copies: readonly string[];
  readonly hashed: string;
  readonly outputs: readonly string[];
  readonly extension: '.crt' | '.pem';
  readonly command: readonly [string, ...string[]];
  readonly package: string;
}

export function p11Layout(family: P11Family): P11Layout {
  const { root } = family;
  const source = below(root, family.source);
  return {
    driver: family.driver,
    sources: [
      { path: source, origin: 'local' },
      { path: below(root, family.vendorSource), origin: 'vendor' },
    ],
    bundle: below(root, family.bundle),
    copies: family.copies.map((path) => below(root, path)),
    hashed: below(root, family.hashed),
    anchors: flat('anchors', `${source}/anchors`),
    configuration: [
      flat('blocklist', `${source}/blocklist`),
      flat('blacklist', `${source}/blacklist`),
      flat('source', source),
    ],
    extension: family.extension,
    takes: 'pemOrDer',
    tool: family.command[0],
    package: family.package,
    outputs: family.outputs.map((path) => below(root, path)),
    scratch: [],
    commands: () => [family.command],
    ...refusalBelow(root, family.command[0]),
  };
}

/** p11-kit looks into every file of a directory whatever its name, and into none of the directories below. */
function flat(id: string, path: string): KeptDirectory {
  return { kind: 'directory', id, path, depth: 0, reads: () => true };
}
