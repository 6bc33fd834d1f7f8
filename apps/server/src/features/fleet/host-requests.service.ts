import type { AgentHub } from '@trustfleet/agent-hub';
import type { HostSummary } from '@trustfleet/api';
import type { Database } from '@trustfleet/database';
import type { RequestMessage } from '@trustfleet/protocol';
import { ApiProblem, notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { hostSummaryView } from './host-views.ts';

interface HostRequestsOptions {
  readonly database: Database;
  readonly send: AgentHub['send'];
}

/** What a person asks of a connected agent: to look at its host, or to try its endpoints, now. The agent keeps its own limits. */
export class HostRequests {
  private readonly options: HostRequestsOptions;

  constructor(options: HostRequestsOptions) {
    this.options = options;
  }

  /** Resolves when the request has left; what comes of it is the next report. @throws ApiProblem 404, 409 where the host is not connected */
  async ask(viewer: Viewer, hostId: string, what: RequestMessage['what']): Promise<HostSummary> {
    const { database, send } = this.options;
    const [host] = await database.hosts.summaries(viewer, [hostId]);
    if (host === undefined) throw notFound('host');
    await database.change(actorOf(viewer), () => {
      if (send(hostId, { type: 'request', what }) !== 'sent') throw hostOffline();
      const subject = { kind: 'host', id: hostId, name: host.name };
      return Promise.resolve({
        result: undefined,
        audit: [{ action: 'host.request', subject, detail: { what } }],
      });
    });
    return hostSummaryView(host);
  }
}

function hostOffline(): ApiProblem {
  return new ApiProblem({
    status: 409,
    code: 'hostOffline',
    message: 'This host is not connected: it looks at itself when it comes back.',
  });
}
