import { CertificateParseError, describeCertificate, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { TrustStore, TrustStoresSection } from '@trustfleet/protocol';
import { bundleProblems, bundleSummary } from './bundle-state.ts';
import { columns, plain } from '@trustfleet/terminal';

interface Context {
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly now: Date;
}

/** Subject and end of an anchor, by its digest. */
function describeAnchor(sha256: string, context: Context): string {
  const der = context.certificates.get(sha256);
  if (!der) return sha256;
  try {
    const facts = describeCertificate(der);
    const end = facts.notAfter.toISOString().slice(0, 10);
    const expired = facts.notAfter < context.now ? ' EXPIRED' : '';
    return `${plain(facts.commonName ?? facts.subject)}, until ${end}${expired}, SHA-256 ${sha256.slice(0, 16)}…`;
  } catch (error) {
    if (error instanceof CertificateParseError) return `${sha256} (cannot be read: ${plain(error.message)})`;
    throw error;
  }
}

function localAnchorLines(store: TrustStore, context: Context): string[] {
  if (store.anchorDirectory === null) return [];
  if (store.localAnchors.length === 0)
    return [`  Added on this machine: none (${plain(store.anchorDirectory)})`];
  const rows = store.localAnchors.map((local) => [
    plain(local.path),
    local.anchor === null
      ? `PROBLEM: ${plain(local.problem ?? 'no certificate')}`
      : describeAnchor(local.anchor, context),
  ]);
  return ['  Added on this machine:', ...columns(rows, '    ')];
}

/** The roots that S3 and CloudFront, and so ShotGrid uploads, lead to (trust-stores.md §10). */
function wellKnownLines(store: TrustStore): string[] {
  if (!store.operatingSystem) return [];
  const trusted = new Set(store.bundle.anchors);
  const missing = WELL_KNOWN_ROOTS.filter((root) => !trusted.has(root.sha256));
  if (missing.length === 0) return ['  Amazon and Starfield roots (S3, CloudFront): all present'];
  return [
    `  Amazon and Starfield roots (S3, CloudFront): MISSING ${missing.map((root) => root.name).join(', ')}`,
  ];
}

function renderStore(store: TrustStore, context: Context): string[] {
  return [
    `  ${plain(store.name)}${store.operatingSystem ? " (the operating system's)" : ''}: ${bundleSummary(store.bundle)}`,
    `  Bundle: ${plain(store.bundle.path)}`,
    ...bundleProblems(store.bundle).map((line) => `    ${line}`),
    ...wellKnownLines(store),
    ...localAnchorLines(store, context),
    ...(store.cannotChange === null
      ? []
      : [`  Cannot be changed by this agent: ${plain(store.cannotChange)}`]),
  ];
}

/** Every store: how much it trusts, what was added, what cannot be done. */
export function renderTrustStores(section: TrustStoresSection, context: Context): string[] {
  if (section.stores.length === 0) return ['  none found'];
  return section.stores.flatMap((store, index) => [
    ...(index === 0 ? [] : ['']),
    ...renderStore(store, context),
  ]);
}
