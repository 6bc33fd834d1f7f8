import type { FileWayLayout, KeptDirectory, KeptPlace } from '../../file-way/layout.ts';
import { below } from '../../paths.ts';
import { commandsAfter, unlinkUnlisted } from './commands.ts';
import { hasNoSources } from './sources.ts';

/** Absolute: /usr/sbin is on no user's PATH (mkcert#188). */
export const UPDATE_TOOL = '/usr/sbin/update-ca-certificates';
/** The tool walks to any depth; deeper trees than this are none that an administrator made. */
const MAX_DEPTH = 4;

/** Where a Debian-family system keeps its trust (trust-stores.md §6.1; update-ca-certificates(8)). */
export interface DebianLayout extends FileWayLayout {
  readonly root: string;
  /** Directory of the bundle and of the links by subject hash. */
  readonly linkDirectory: string;
  /** Which of the system's certificates are taken, one name below `vendorDirectory` a line; `!` before one leaves it out. */
  readonly conf: string;
  readonly vendorDirectory: string;
}

export function debianLayout(root: string): DebianLayout {
  const linkDirectory = below(root, '/etc/ssl/certs');
  const conf = below(root, '/etc/ca-certificates.conf');
  const vendorDirectory = below(root, '/usr/share/ca-certificates');
  const bundle = `${linkDirectory}/ca-certificates.crt`;
  const anchors: KeptDirectory = {
    kind: 'directory',
    id: 'anchors',
    path: below(root, '/usr/local/share/ca-certificates'),
    depth: MAX_DEPTH,
    reads: (name) => name.endsWith('.crt'),
  };
  const configuration: readonly KeptPlace[] = [{ kind: 'file', id: 'conf', path: conf }];
  const paths = { root, linkDirectory, anchorDirectory: anchors.path, conf, vendorDirectory };
  return {
    ...{ driver: 'debian', root, bundle, linkDirectory, conf, vendorDirectory, anchors, configuration },
    ...{ extension: '.crt', takes: 'onePem', tool: UPDATE_TOOL, package: 'ca-certificates' },
    outputs: [linkDirectory],
    // The tool appends to it.
    scratch: [`${bundle}.new`],
    commands: (after) => commandsAfter({ tool: UPDATE_TOOL, ...paths }, after),
    hasNoSources: (ports) => hasNoSources(ports, { conf, anchors }),
    beforeRebuild: (files) => unlinkUnlisted(paths, files),
  };
}
