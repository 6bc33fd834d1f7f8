import { below } from '../../paths.ts';

/** What of macOS is read, and what of it is run (trust-stores.md §6.3). Login keychains are none of it (§6.6: reading them broke them). */
export interface MacosLayout {
  /** The maker's roots; nobody can change them. */
  readonly rootKeychain: string;
  /** The machine's own certificates. */
  readonly systemKeychain: string;
  /** Where macOS has kept the settings of the admin domain; only watched, read by the tool. */
  readonly adminSettings: string;
  /** XML property list with the version. */
  readonly version: string;
  /** Directory that only root can look into, for what the tool exports. */
  readonly scratch: string;
  /** Copies of the anchors that we added, so that a removal knows what is ours. */
  readonly records: string;
  /** Configuration profiles for MDM. */
  readonly profiles: string;
}

export const SECURITY = '/usr/bin/security';
export const PROFILES = '/usr/bin/profiles';

export function macosLayout(root: string): MacosLayout {
  return {
    rootKeychain: below(root, '/System/Library/Keychains/SystemRootCertificates.keychain'),
    systemKeychain: below(root, '/Library/Keychains/System.keychain'),
    adminSettings: below(root, '/Library/Security/Trust Settings/Admin.plist'),
    version: below(root, '/System/Library/CoreServices/SystemVersion.plist'),
    scratch: below(root, '/private/var/root'),
    records: below(root, '/Library/Application Support/Trustfleet/anchors'),
    profiles: below(root, '/Library/Application Support/Trustfleet/profiles'),
  };
}

/** Our copy of an anchor that we put into the System keychain. */
export function recordPath(layout: MacosLayout, sha256: string): string {
  return `${layout.records}/trustfleet-${sha256.slice(0, 16)}.pem`;
}

/** The configuration profile that installs an anchor. */
export function profilePath(layout: MacosLayout, sha256: string): string {
  return `${layout.profiles}/trustfleet-${sha256.slice(0, 16)}.mobileconfig`;
}
