import type {
  CertificateView,
  HostDetail as HostDetailView,
  HostSummary as HostSummaryView,
  SectionView,
} from '@trustfleet/api';
import { classifyAnchor, toPem, type AnchorClass, type RootCatalogue } from '@trustfleet/certificates';
import type { CertificateRecord, HostDetail, HostSummary, Section } from '@trustfleet/database';
import { findingView } from '../policies/finding-view.ts';
import { jobSummaryView } from '../rollouts/rollout-views.ts';
import { anchorOrigins, trustStoresOf } from './anchor-origin.ts';

/** A host as a list shows it. */
export function hostSummaryView(host: HostSummary): HostSummaryView {
  const { online, lastSeen, enrolledAt, permits, revokedAt, quarantine, ...same } = host;
  return {
    ...same,
    presence: online ? 'online' : 'offline',
    lastSeen: lastSeen?.toISOString() ?? null,
    enrolledAt: enrolledAt.toISOString(),
    permits: [...permits],
    revokedAt: revokedAt?.toISOString() ?? null,
    quarantine:
      quarantine === null ? null : { reason: quarantine.reason, since: quarantine.since.toISOString() },
  };
}

function sectionView(section: Section): SectionView {
  return { ...section, seenFrom: section.seenFrom.toISOString() };
}

type BareCertificate = Omit<CertificateView, 'pem'>;

function bareCertificate(record: CertificateRecord): BareCertificate {
  return {
    sha256: record.sha256,
    sha1: record.sha1,
    subject: record.subject,
    issuer: record.issuer,
    commonName: record.commonName,
    notBefore: record.notBefore.toISOString(),
    notAfter: record.notAfter.toISOString(),
    keyType: record.keyType,
    keyBits: record.keyBits,
    signatureAlgorithm: record.signatureAlgorithm,
    isAuthority: record.isAuthority,
    selfSigned: record.selfSigned,
  };
}

export function certificateView(record: CertificateRecord): CertificateView {
  return { ...bareCertificate(record), pem: toPem(record.der) };
}

/** What a host's certificates are classed by, beside what the host itself says. */
export interface ClassSources {
  readonly catalogue: RootCatalogue;
  /** SHA-256 of every anchor that a policy names. */
  readonly approved: ReadonlySet<string>;
}

/** A host with everything on its page. */
export function hostDetailView(
  host: HostDetail,
  certificates: ReadonlyMap<string, CertificateRecord>,
  sources: ClassSources,
): HostDetailView {
  const origins = anchorOrigins(trustStoresOf(host.sections));
  const classOf = (record: CertificateRecord): AnchorClass =>
    classifyAnchor(record, { ...sources, origin: origins.get(record.sha256) ?? null });
  return {
    ...hostSummaryView(host),
    sections: host.sections.map(sectionView),
    findings: host.findings.map(findingView),
    jobs: host.jobs.map(jobSummaryView),
    certificates: Object.fromEntries(
      [...certificates].map(([sha256, record]) => [
        sha256,
        { ...bareCertificate(record), class: classOf(record) },
      ]),
    ),
  };
}
