/** Whose file a bundle is, by its path alone. */
export type BundleProvenance =
  | { readonly kind: 'package'; readonly package: string }
  | { readonly kind: 'operatingSystem' }
  | { readonly kind: 'variable'; readonly variables: readonly string[] }
  | { readonly kind: 'plain' };

/** Bundles that Python packages bring, the innermost owner first (python-tls.md §4, §6). Paths with `/`, in small letters. */
const PACKAGES: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/\/pip\/_vendor\/certifi\/cacert\.pem$/, 'pip'],
  [/\/pip\/_vendor\/requests\/cacert\.pem$/, 'pip'],
  [/\/shotgun_api3\/lib\/(?:[^/]+\/)*(?:cacerts?\.(?:txt|pem))$/, 'shotgun_api3'],
  [/\/certifi\/cacert\.pem$/, 'certifi'],
  [/\/httplib2\/(?:python[23]\/)?cacerts\.txt$/, 'httplib2'],
  [/\/botocore\/cacert\.pem$/, 'botocore'],
  [/\/requests\/cacert\.pem$/, 'requests'],
  [/\/(?:site|dist)-packages\/([^/]+)\//, '$1'],
  [/\/(?:ana|mini)?conda3?\/(?:envs\/[^/]+\/)?ssl\/(?:cacert|cert)\.pem$/, 'ca-certificates of conda'],
  [/\/(?:mini|mamba)forge3?\/(?:envs\/[^/]+\/)?ssl\/(?:cacert|cert)\.pem$/, 'ca-certificates of conda'],
];

/** What the system's own tools write, or its packages bring (trust-stores.md §6.1). */
const SYSTEM: readonly RegExp[] = [
  /^\/etc\/ssl\/(?:certs|cert\.pem$|ca-bundle\.pem$)/,
  /^\/etc\/pki\/(?:ca-trust|tls|trust)\//,
  /^\/etc\/ca-certificates\//,
  /^\/var\/lib\/ca-certificates\//,
  /^\/(?:usr\/)?(?:lib|lib32|lib64|libx32|share|libexec)\//,
  /^\/(?:snap|nix\/store|system\/library|library\/apple)\//,
  /^\/var\/lib\/(?:snapd|flatpak)\//,
  /^[a-z]:\/windows\//,
];

/**
 * Pure: nothing is opened. `paths` are the one that programs name and the one that it leads to; `variables` the environment
 * variables that name it.
 */
export function bundleProvenance(
  paths: readonly string[],
  variables: readonly string[] = [],
): BundleProvenance {
  const plain = paths.map((path) => path.replaceAll('\\', '/').toLowerCase());
  for (const [pattern, owner] of PACKAGES) {
    const match = plain.map((path) => pattern.exec(path)).find((found) => found !== null);
    if (match !== undefined)
      return { kind: 'package', package: owner === '$1' ? (match[1] ?? owner) : owner };
  }
  if (plain.some((path) => SYSTEM.some((pattern) => pattern.test(path)))) return { kind: 'operatingSystem' };
  return variables.length > 0
    ? { kind: 'variable', variables: [...variables].toSorted() }
    : { kind: 'plain' };
}

/** What a person calls it. */
export function provenanceName(provenance: BundleProvenance): string {
  switch (provenance.kind) {
    case 'package':
      return `Bundle of the package ${provenance.package}`;
    case 'operatingSystem':
      return 'Bundle of the operating system';
    case 'variable':
      return `Bundle that ${provenance.variables.join(', ')} names`;
    case 'plain':
      return 'PEM bundle';
  }
}

/** Null for a file that belongs to whoever runs this machine. */
export function whyNotOurs(provenance: BundleProvenance): string | null {
  switch (provenance.kind) {
    case 'package':
      return `It belongs to ${provenance.package}, which replaces it with each upgrade: upgrade that instead, or let programs name a file of your own (SSL_CERT_FILE, REQUESTS_CA_BUNDLE)`;
    case 'operatingSystem':
      return 'The operating system makes it: change its trust store instead, which makes the file anew';
    default:
      return null;
  }
}
