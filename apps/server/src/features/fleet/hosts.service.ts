import type { HostDetail, HostListQuery, HostSummary, InspectResponse } from '@trustfleet/api';
import { inspectAnchor } from '@trustfleet/certificates';
import { ROOT_CATALOGUE } from '@trustfleet/certificates/catalogue';
import type { Database, Page, Viewer } from '@trustfleet/database';
import type { Policy } from '@trustfleet/policy';
import { notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { certificateView, hostDetailView, hostSummaryView } from './host-views.ts';

/** SHA-256 of every anchor that a policy names. */
function anchorsOf(policies: readonly Policy[]): ReadonlySet<string> {
  return new Set(
    policies.flatMap((policy) =>
      policy.rule === 'anchorRequired' ? policy.parameters.anchors.map(({ sha256 }) => sha256) : [],
    ),
  );
}

/** Reads hosts and certificates. */
export class HostsService {
  private readonly database: Database;
  private readonly now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.database = database;
    this.now = now;
  }

  async list(viewer: Viewer, query: HostListQuery): Promise<Page<HostSummary>> {
    requirePlainText({ q: query.q });
    const page = await this.database.hosts.list(viewer, query);
    return { ...page, items: page.items.map(hostSummaryView) };
  }

  async detail(viewer: Viewer, id: string): Promise<HostDetail> {
    const host = await this.database.hosts.detail(viewer, id);
    if (host === null) throw notFound('host');
    const certificates = await this.database.certificates.getMany(await this.database.sections.anchorsOf(id));
    const policies = await this.database.policies.list();
    return hostDetailView(host, certificates, { catalogue: ROOT_CATALOGUE, approved: anchorsOf(policies) });
  }

  async certificate(viewer: Viewer, sha256: string) {
    const record = await this.database.certificates.get(sha256);
    if (record === null) throw notFound('certificate');
    return {
      ...certificateView(record),
      hosts: await this.database.certificates.hostsHolding(viewer, sha256),
    };
  }

  /** Whether this text may become an anchor, and if not, why. Stores nothing. */
  inspect(pem: string): InspectResponse {
    const { certificate, refusals } = inspectAnchor(pem, this.now());
    return {
      certificate:
        certificate === null
          ? null
          : {
              ...certificate,
              notBefore: certificate.notBefore.toISOString(),
              notAfter: certificate.notAfter.toISOString(),
            },
      refusals: [...refusals],
    };
  }
}
