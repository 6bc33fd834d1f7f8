import type { FileWayLayout, KeptDirectory } from '../../file-way/layout.ts';
import { refusalBelow } from '../../os-family.ts';
import { below } from '../../paths.ts';

const TOOL = '/usr/sbin/update-ca-certificates';

/** Where Alpine keeps its trust (trust-stores.md §6.1; update-ca.c of its ca-certificates). */
export interface AlpineLayout extends FileWayLayout {
  /** Which of the system's certificates are taken, one name below `vendorDirectory` a line; `!` before one leaves it out. */
  readonly conf: string;
  readonly vendorDirectory: string;
  /** Other name of the bundle, which OpenSSL there loads. */
  readonly copies: readonly string[];
}

/**
 * Like Debian's at first sight, and another program: it copies every regular file whatever its name, follows no link, enters no directory,
 * renames its new bundle into place, and takes its own links away by itself.
 */
export function alpineLayout(root: string): AlpineLayout {
  const linkDirectory = below(root, '/etc/ssl/certs');
  const conf = below(root, '/etc/ca-certificates.conf');
  const anchors: KeptDirectory = {
    kind: 'directory',
    id: 'anchors',
    path: below(root, '/usr/local/share/ca-certificates'),
    depth: 0,
    reads: (name) => !name.startsWith('.'),
  };
  return {
    driver: 'alpine',
    bundle: `${linkDirectory}/ca-certificates.crt`,
    copies: [below(root, '/etc/ssl/cert.pem')],
    anchors,
    conf,
    vendorDirectory: below(root, '/usr/share/ca-certificates'),
    extension: '.crt',
    takes: 'onePem',
    tool: TOOL,
    package: 'ca-certificates',
    outputs: [linkDirectory],
    configuration: [{ kind: 'file', id: 'conf', path: conf }],
    scratch: [],
    commands: () => [[TOOL]],
    ...refusalBelow(root, TOOL),
  };
}
