import type { StoreReading } from './types.ts';

/** A host with every root there is, and hundreds of its own, has some MiB. The scan's answer holds 64 MiB of base64 (apps/agent). */
const MAX_BYTES = 16 * 1024 * 1024;

export interface BoundedCertificates {
  /** DER by SHA-256. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /** A sentence where some were left out. */
  readonly problems: readonly string[];
}

/**
 * Certificates of the stores that are reported, in the order given, as many as an answer holds: what one person keeps in a database must
 * not silence the machine.
 */
export function boundedCertificates(
  readings: readonly StoreReading[],
  reported: ReadonlySet<string>,
): BoundedCertificates {
  const certificates = new Map<string, Uint8Array>();
  const left = new Set<string>();
  let bytes = 0;
  for (const [sha256, der] of readings
    .filter(({ store }) => reported.has(store.id))
    .flatMap((reading) => [...reading.certificates])) {
    if (certificates.has(sha256)) continue;
    if (bytes + der.length > MAX_BYTES) left.add(sha256);
    else {
      bytes += der.length;
      certificates.set(sha256, der);
    }
  }
  return {
    certificates,
    problems:
      left.size === 0
        ? []
        : [
            `${left.size} certificates are reported by their digests alone: a report holds ${MAX_BYTES / 1024 / 1024} MiB of them. See them on the host: trustfleet-agent stores`,
          ],
  };
}
