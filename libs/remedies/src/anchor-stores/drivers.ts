/** How a certificate that the system itself ships is left out of a store that is made of files. */
export type Exclusion =
  /** Its line in `file`, which selects what of the directory `shipped` is taken in, gets a `!` in front. */
  | { readonly kind: 'deselect'; readonly file: string; readonly shipped: string }
  /** A copy of it in the first of these directories that is there has every program reject it; older releases know only the last. */
  | { readonly kind: 'blocklist'; readonly directories: readonly [string, ...string[]] };

/** A store that is changed by files of ours, from which a tool of the system makes what programs load. */
export interface FileWay {
  readonly kind: 'file';
  /** What the names of our files end in. */
  readonly extension: '.crt' | '.pem';
  /** Where anchors go, on a machine whose root is `/`. */
  readonly anchorDirectory: string;
  /** Absolute, since /usr/sbin is often not on PATH (trust-stores.md §6.7). */
  readonly tool: readonly [string, ...string[]];
  /** Names of the files of that directory that the tool reads; null where it looks into every file. */
  readonly reads: '.crt' | null;
  /** The tool copies the files as they are, so a damaged one spoils the bundle; others parse them and leave it out. */
  readonly copies: boolean;
  readonly exclusion: Exclusion;
}

/** A store that is changed entry by entry. */
export interface EntryWay {
  readonly kind: 'entry';
  /**
   * What a removal does about a copy that the system's maker put there: `entry`: goes like any other; `distrust`: stays and is
   * rejected; `returns`: cannot be removed, since the system brings it back; `stays`: cannot be removed, since nobody can write there.
   */
  readonly vendor: 'entry' | 'distrust' | 'returns' | 'stays';
  /** A copy of origin `policy` belongs to a manager elsewhere; false where the store itself is the policy. */
  readonly policyOwned: boolean;
  /** Stores of single accounts are changed too; where false, only the machine's. */
  readonly ofUsers: boolean;
}

export type AnchorWay = FileWay | EntryWay;

const debianFamily: FileWay = {
  kind: 'file',
  extension: '.crt',
  anchorDirectory: '/usr/local/share/ca-certificates',
  tool: ['/usr/sbin/update-ca-certificates'],
  reads: '.crt',
  copies: true,
  exclusion: { kind: 'deselect', file: '/etc/ca-certificates.conf', shipped: '/usr/share/ca-certificates' },
};

/** All of its kind read every file through p11-kit. */
function p11Kit(source: string, way: Pick<FileWay, 'extension' | 'tool'>): FileWay {
  return {
    ...way,
    kind: 'file',
    anchorDirectory: `${source}/anchors`,
    reads: null,
    copies: false,
    // p11-kit below 0.23.22 (RHEL 7) knows it by the older name alone.
    exclusion: { kind: 'blocklist', directories: [`${source}/blocklist`, `${source}/blacklist`] },
  };
}

/** Driver of a PEM file that is named by its path. */
export const BUNDLE_DRIVER = 'pem-bundle';

/** How the stores of each driver are changed, for the drivers whose stores this release can change (trust-stores.md §6). */
export const ANCHOR_WAYS: ReadonlyMap<string, AnchorWay> = new Map<string, AnchorWay>([
  ['debian', debianFamily],
  // It takes every regular file, whatever its name.
  ['alpine', { ...debianFamily, reads: null }],
  [
    'rhel',
    p11Kit('/etc/pki/ca-trust/source', { extension: '.pem', tool: ['/usr/bin/update-ca-trust', 'extract'] }),
  ],
  ['suse', p11Kit('/etc/pki/trust', { extension: '.pem', tool: ['/usr/sbin/update-ca-certificates'] })],
  [
    'arch',
    p11Kit('/etc/ca-certificates/trust-source', {
      extension: '.crt',
      tool: ['/usr/bin/trust', 'extract-compat'],
    }),
  ],
  ['windows', { kind: 'entry', vendor: 'returns', policyOwned: true, ofUsers: false }],
  ['macos', { kind: 'entry', vendor: 'stays', policyOwned: true, ofUsers: false }],
  ['nss', { kind: 'entry', vendor: 'distrust', policyOwned: true, ofUsers: true }],
  ['java', { kind: 'entry', vendor: 'entry', policyOwned: true, ofUsers: false }],
  ['firefox.policy', { kind: 'entry', vendor: 'entry', policyOwned: false, ofUsers: false }],
  [BUNDLE_DRIVER, { kind: 'entry', vendor: 'entry', policyOwned: true, ofUsers: false }],
]);

/**
 * What being in a store means. `anchors`: programs trust it. `intermediates`: programs find it and do not trust it by that. `rejected`:
 * programs reject what it signs.
 */
export type StoreRole = 'anchors' | 'intermediates' | 'rejected';

const ROLES: ReadonlyMap<string, StoreRole> = new Map<string, StoreRole>([
  ['windows.localMachine.ca', 'intermediates'],
  ['windows.localMachine.disallowed', 'rejected'],
]);

export const roleOf = (store: { readonly id: string }): StoreRole => ROLES.get(store.id) ?? 'anchors';

/** The store whose entries no other store of a Windows machine can make trusted. */
export const WINDOWS_REJECTED = 'windows.localMachine.disallowed';
