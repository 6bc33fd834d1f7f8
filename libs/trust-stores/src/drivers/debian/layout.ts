import { below } from '../../paths.ts';

/** Where a Debian-family system keeps its trust (trust-stores.md §6.1; update-ca-certificates(8)). */
export interface DebianLayout {
  readonly root: string;
  /** What programs load. */
  readonly bundle: string;
  /** Directory of the bundle and of the links by subject hash. */
  readonly linkDirectory: string;
  readonly anchorDirectory: string;
}

/** Absolute: /usr/sbin is on no user's PATH (mkcert#188). */
export const UPDATE_TOOL = '/usr/sbin/update-ca-certificates';

export function debianLayout(root: string): DebianLayout {
  const linkDirectory = below(root, '/etc/ssl/certs');
  return {
    root,
    linkDirectory,
    bundle: `${linkDirectory}/ca-certificates.crt`,
    anchorDirectory: below(root, '/usr/local/share/ca-certificates'),
  };
}

/** The file that holds one anchor of ours: the name says who put it there, the digest which one it is. */
export function anchorPath(layout: DebianLayout, sha256: string): string {
  return `${layout.anchorDirectory}/trustfleet-${sha256.slice(0, 16)}.crt`;
}
