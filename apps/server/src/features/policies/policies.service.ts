import type { CauseGroup, FindingView, Overview, PolicyView } from '@trustfleet/api';
import type { Database, FindingQuery, Page, Viewer } from '@trustfleet/database';
import { remediesForCause } from '@trustfleet/remedies';
import { requirePlainText } from '../../http/plain-text.ts';
import { findingView } from './finding-view.ts';

/** Reads what the policies say about the fleet. */
export class PoliciesService {
  private readonly database: Database;
  private readonly now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.database = database;
    this.now = now;
  }

  async policies(viewer: Viewer): Promise<{ items: PolicyView[] }> {
    const required = await this.database.policies.requiredAnchors(viewer);
    return {
      items: required.map(({ policy, anchors }) => ({
        id: policy.id,
        name: policy.name,
        rule: policy.rule,
        anchors: [...anchors],
        maxOffsetSeconds: policy.rule === 'clockAccurate' ? policy.parameters.maxOffsetSeconds : null,
      })),
    };
  }

  async findings(viewer: Viewer, query: FindingQuery): Promise<Page<FindingView>> {
    requirePlainText({ rule: query.rule ?? '', cause: query.cause ?? '' });
    const page = await this.database.findings.list(viewer, query);
    return { ...page, items: page.items.map(findingView) };
  }

  async causes(viewer: Viewer): Promise<{ items: CauseGroup[] }> {
    const groups = await this.database.findings.causes(viewer);
    return { items: groups.map((group) => ({ ...group, remedies: remediesForCause(group.cause) })) };
  }

  async overview(viewer: Viewer): Promise<Overview> {
    const [counters, required] = await Promise.all([
      this.database.overview.counters(viewer),
      this.database.policies.requiredAnchors(viewer),
    ]);
    return {
      ...counters,
      anchors: required.flatMap(({ anchors }) => [...anchors]),
      approverKeys: false,
      generatedAt: this.now().toISOString(),
    };
  }
}
