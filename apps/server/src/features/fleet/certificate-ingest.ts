import { CertificateParseError, describeCertificate, sha256Hex } from '@trustfleet/certificates';
import type { CertificateRecord, Database } from '@trustfleet/database';
import type { CertificatesMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import { certificateRecord } from './certificate-record.ts';

/** How many fingerprints one acknowledgement may ask for (libs/protocol `ack.wantCertificates`). */
const WANT_AT_ONCE = 200;

interface Sorted {
  readonly good: CertificateRecord[];
  readonly bad: { readonly sha256: string; readonly reason: string }[];
}

/** Certificates on demand: the DER travels only for a fingerprint that the fleet has never seen. */
export class CertificateIngest {
  private readonly database: Database;
  private readonly logger: Logger;

  constructor(database: Database, logger: Logger) {
    this.database = database;
    this.logger = logger;
  }

  /** The next fingerprints to ask this host for; empty when the fleet holds all that its sections name. */
  async wantedOf(hostId: string): Promise<readonly string[]> {
    return (await this.unknownOf(hostId)).slice(0, WANT_AT_ONCE);
  }

  private async unknownOf(hostId: string): Promise<readonly string[]> {
    const named = await this.database.sections.anchorsOf(hostId);
    return named.length === 0 ? [] : await this.database.certificates.unknownOf(named);
  }

  /**
   * Stores what the host's sections name, the fleet lacks, and hashes to the fingerprint that it was sent for. What
   * nobody asked for is forgotten, so that a host fills no table with certificates of its making.
   */
  async accept(hostId: string, message: CertificatesMessage, at: Date): Promise<void> {
    const asked = new Set(await this.unknownOf(hostId));
    const certificates = message.certificates.filter(({ sha256 }) => asked.has(sha256));
    const unasked = message.certificates.length - certificates.length;
    if (unasked > 0) this.logger.debug({ hostId, unasked }, 'certificates that are not wanted (any more)');
    const { good, bad } = this.sort(hostId, { ...message, certificates });
    if (good.length > 0) await this.database.certificates.store(good);
    if (bad.length > 0) await this.database.certificates.reject(bad.map((entry) => ({ ...entry, at })));
  }

  private sort(hostId: string, message: CertificatesMessage): Sorted {
    const sorted: Sorted = { good: [], bad: [] };
    for (const { sha256, der } of message.certificates) {
      const bytes = Buffer.from(der, 'base64');
      if (sha256Hex(bytes) !== sha256) {
        this.logger.warn(
          { hostId, sha256 },
          'certificate refused: its bytes do not have the digest that it claims',
        );
        continue;
      }
      try {
        sorted.good.push(certificateRecord(describeCertificate(bytes), bytes));
      } catch (error) {
        if (!(error instanceof CertificateParseError)) throw error;
        this.logger.info({ hostId, sha256, reason: error.message }, 'certificate cannot be read');
        sorted.bad.push({ sha256, reason: error.message.slice(0, 500) });
      }
    }
    return sorted;
  }
}
