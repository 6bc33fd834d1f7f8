import type { Viewer } from './viewer.ts';

/** One certificate, stored once per fleet: the facts of libs/certificates `describeCertificate` and the DER. */
export interface CertificateRecord {
  readonly sha256: string;
  /** Upper case. */
  readonly sha1: string;
  readonly spkiSha256: string;
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyType: string;
  readonly keyBits: number | null;
  readonly signatureAlgorithm: string;
  readonly isAuthority: boolean;
  readonly selfSigned: boolean;
  readonly serial: string;
  readonly der: Uint8Array;
}

export interface CertificateRepository {
  /** Those of `fingerprints` that the fleet neither holds nor has rejected, without duplicates, in order. */
  unknownOf(fingerprints: readonly string[]): Promise<readonly string[]>;
  /**
   * For each of these section bodies the anchors that it names and that the fleet neither holds nor has rejected. A body that lacks none,
   * or that the fleet does not hold, is not in the answer.
   */
  missingFrom(
    bodies: readonly { readonly name: string; readonly digest: string }[],
  ): Promise<
    readonly { readonly name: string; readonly digest: string; readonly sha256: readonly string[] }[]
  >;
  /** Stores what is new; a certificate that is there already stays as it is. */
  store(batch: readonly CertificateRecord[]): Promise<void>;
  /** Remembers a DER that does not parse, so that it is not asked for again. */
  reject(
    batch: readonly { readonly sha256: string; readonly reason: string; readonly at: Date }[],
  ): Promise<void>;
  get(sha256: string): Promise<CertificateRecord | null>;
  getMany(fingerprints: readonly string[]): Promise<ReadonlyMap<string, CertificateRecord>>;
  /** How many hosts that the viewer sees hold it in the operating system's store. */
  hostsHolding(viewer: Viewer, sha256: string): Promise<number>;
}
