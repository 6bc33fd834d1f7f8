import type { HostDetail, HostListQuery, HostSummary, InspectResponse } from '@trustfleet/api';
import { inspectAnchor } from '@trustfleet/certificates';
import type { Database, Page, Viewer } from '@trustfleet/database';
import { notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { certificateView, hostDetailView, hostSummaryView } from './host-views.ts';

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
    return hostDetailView(host, certificates);
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
