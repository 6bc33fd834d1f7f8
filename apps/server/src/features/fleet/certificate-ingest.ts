import { CertificateParseError, describeCertificate, sha256Hex } from '@trustfleet/certificates';
import type { CertificateRecord, Database } from '@trustfleet/database';
import type { CertificatesMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import { ThinnedLog } from '../../logging/thinned-log.ts';
import { Batcher } from './batcher.ts';
import { certificateRecord } from './certificate-record.ts';
import type { NamedSection } from './session-sections.ts';

const keyOf = ({ name, digest }: NamedSection): string => `${name}/${digest}`;

/** How many fingerprints one acknowledgement may ask for (libs/protocol `ack.wantCertificates`). */
const WANT_AT_ONCE = 200;

/** Who sends certificates, and the sections that it has. */
export interface CertificateSender {
  readonly hostId: string;
  readonly sections: readonly NamedSection[];
}

interface Sorted {
  readonly good: CertificateRecord[];
  readonly bad: { readonly sha256: string; readonly reason: string }[];
}

/** How long a question waits for those of other hosts. */
const BATCH = { delayMs: 5, maxItems: 200 };
/** Bodies remembered as complete: content-addressed, and certificates stay, so that is true for ever. */
const MAX_COMPLETE = 20_000;

/** Certificates on demand: the DER travels only for a fingerprint that the fleet has never seen. */
export class CertificateIngest {
  private readonly database: Database;
  private readonly logger: Logger;
  private readonly complete = new Set<string>();
  private readonly missing: Batcher<NamedSection, readonly string[]>;
  private readonly refused: ThinnedLog;

  constructor(database: Database, logger: Logger) {
    this.database = database;
    this.logger = logger;
    this.refused = new ThinnedLog(
      logger,
      'certificate refused: its bytes do not have the digest that it claims',
    );
    this.missing = new Batcher({ run: (batch) => this.findMissing(batch), ...BATCH });
  }

  /** The next fingerprints to ask a host for that has these sections; empty when the fleet holds all that they name. */
  async wantedOf(sections: readonly NamedSection[]): Promise<readonly string[]> {
    return [...(await this.unknownOf(sections))].slice(0, WANT_AT_ONCE);
  }

  private async unknownOf(sections: readonly NamedSection[]): Promise<ReadonlySet<string>> {
    const open = sections.filter((section) => !this.complete.has(keyOf(section)));
    return new Set((await Promise.all(open.map((section) => this.missing.add(section)))).flat());
  }

  private async findMissing(batch: readonly NamedSection[]): Promise<readonly (readonly string[])[]> {
    const bodies = [...new Map(batch.map((section) => [keyOf(section), section])).values()];
    const rows = await this.database.certificates.missingFrom(bodies);
    const missing = new Map(rows.map((row) => [keyOf(row), row.sha256]));
    for (const body of bodies) if (!missing.has(keyOf(body))) this.complete.add(keyOf(body));
    for (const oldest of this.complete) {
      if (this.complete.size <= MAX_COMPLETE) break;
      this.complete.delete(oldest);
    }
    return batch.map((section) => missing.get(keyOf(section)) ?? []);
  }

  /**
   * Stores what the host's sections name, the fleet lacks, and hashes to the fingerprint that it was sent for. What
   * nobody asked for is forgotten, so that a host fills no table with certificates of its making.
   */
  async accept(host: CertificateSender, message: CertificatesMessage, at: Date): Promise<void> {
    const { hostId, sections } = host;
    const asked = await this.unknownOf(sections);
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
        this.refused.warn({ hostId, sha256 });
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
