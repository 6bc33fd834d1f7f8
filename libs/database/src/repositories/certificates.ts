import { direct, type Context } from '../connection.ts';
import type { CertificateRecord, CertificateRepository } from '../model/certificates.ts';
import { visibleTo } from './visibility.ts';
import { storableText, storableTextOrNull, storableTime } from '../storable.ts';

function toRow(record: CertificateRecord) {
  return {
    sha256: record.sha256,
    der: Uint8Array.from(record.der),
    sha1: record.sha1,
    spkiSha256: record.spkiSha256,
    subject: storableText(record.subject),
    issuer: storableText(record.issuer),
    commonName: storableTextOrNull(record.commonName),
    notBefore: storableTime(record.notBefore),
    notAfter: storableTime(record.notAfter),
    keyType: storableText(record.keyType),
    keyBits: record.keyBits,
    signatureAlgorithm: storableText(record.signatureAlgorithm),
    isAuthority: record.isAuthority,
    selfSigned: record.selfSigned,
    serial: storableText(record.serial),
  };
}

/** In one order everywhere: two batches that insert the same keys the other way round would deadlock. */
function bySha256(a: { readonly sha256: string }, b: { readonly sha256: string }): number {
  return a.sha256 < b.sha256 ? -1 : 1;
}

export function createCertificateRepository({ client }: Context): CertificateRepository {
  const repository: CertificateRepository = {
    async unknownOf(fingerprints) {
      if (fingerprints.length === 0) return [];
      const rows = await client.$queryRaw<{ sha256: string }[]>`
        SELECT wanted.sha256 FROM unnest(${[...new Set(fingerprints)]}::text[]) WITH ORDINALITY AS wanted (sha256, place)
        WHERE NOT EXISTS (SELECT 1 FROM certificate c WHERE c.sha256 = wanted.sha256)
          AND NOT EXISTS (SELECT 1 FROM certificate_rejection r WHERE r.sha256 = wanted.sha256)
        ORDER BY wanted.place`;
      return rows.map((row) => row.sha256);
    },
    async missingFrom(bodies) {
      return await direct<{ name: string; digest: string; sha256: string[] }>(
        client,
        `SELECT b.name, b.digest, array_agg(anchor.sha256 ORDER BY anchor.place) AS sha256
         FROM unnest($1::text[], $2::text[]) AS u (name, digest) JOIN section_body b ON b.name = u.name AND b.digest = u.digest,
           unnest(b.anchors) WITH ORDINALITY AS anchor (sha256, place)
         WHERE NOT EXISTS (SELECT 1 FROM certificate c WHERE c.sha256 = anchor.sha256)
           AND NOT EXISTS (SELECT 1 FROM certificate_rejection r WHERE r.sha256 = anchor.sha256)
         GROUP BY b.name, b.digest`,
        [bodies.map(({ name }) => name), bodies.map(({ digest }) => digest)],
      );
    },
    async store(batch) {
      if (batch.length === 0) return;
      await client.certificate.createMany({ data: batch.map(toRow).sort(bySha256), skipDuplicates: true });
    },
    async reject(batch) {
      if (batch.length === 0) return;
      const data = batch.map(({ sha256, reason, at }) => ({
        sha256,
        reason: storableText(reason),
        rejectedAt: at,
      }));
      await client.certificateRejection.createMany({ data: data.sort(bySha256), skipDuplicates: true });
    },
    async get(sha256) {
      return (await repository.getMany([sha256])).get(sha256) ?? null;
    },
    async getMany(fingerprints) {
      const rows = await client.certificate.findMany({ where: { sha256: { in: [...fingerprints] } } });
      return new Map(rows.map((row) => [row.sha256, row]));
    },
    async hostsHolding(viewer, sha256) {
      const rows = await client.$queryRaw<{ hosts: number }[]>`
        SELECT count(DISTINCT s.host_id)::int AS hosts
        FROM section_body b JOIN host_section s ON s.name = b.name AND s.digest = b.digest AND s.seen_to IS NULL
             JOIN host h ON h.id = s.host_id
        WHERE ${visibleTo(viewer)} AND h.revoked_at IS NULL AND b.os_anchors @> ARRAY[${sha256}]::text[]`;
      return rows[0]?.hosts ?? 0;
    },
  };
  return repository;
}
