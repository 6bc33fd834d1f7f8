import type { SectionDifference, TimelineEntry, TimelinePage } from '@trustfleet/api';
import type { ChangingJobFacts, Database, TimelineItem } from '@trustfleet/database';
import { notFound } from '../../../http/api-problem.ts';
import type { Viewer } from '../../../http/permission.ts';
import { findingView } from '../../policies/finding-view.ts';
import { jobSummaryView } from '../../rollouts/rollout-views.ts';
import { attributeJob } from './attribute-job.ts';
import { diffSection, nameAnchors } from './diff-section.ts';

/** Differences of one change that are shown; how many others there are is said. */
const SHOWN = 100;

type SectionItem = Extract<TimelineItem, { kind: 'section' }>;

/** What a page's sections need beside their digests. */
interface Background {
  readonly jobs: readonly ChangingJobFacts[];
  /** By section name: the body that the newer change began with is what the older one ended in. */
  readonly bodies: Map<string, { readonly digest: string; readonly body: unknown }>;
}

/** A host's history: what appeared, what left, which job did it (architecture.md, "Content-addressed inventory"). */
export class TimelineService {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** @throws ApiProblem 404 */
  async page(
    viewer: Viewer,
    hostId: string,
    query: { readonly before?: string | undefined; readonly limit: number },
  ): Promise<TimelinePage> {
    const before = query.before === undefined ? null : new Date(query.before);
    const page = await this.database.timeline.page(viewer, { hostId, before, limit: query.limit });
    if (page === null) throw notFound('host');
    const [newest] = page.items.filter(({ kind }) => kind === 'section');
    const jobs = newest === undefined ? [] : await this.database.timeline.changingJobs(hostId, newest.at);
    const background: Background = { jobs, bodies: new Map() };
    const items: TimelineEntry[] = [];
    // One after the other: two bodies are in memory at a time, not those of the whole page.
    for (const item of page.items) items.push(await this.entry(item, background));
    return { items: await this.named(items), more: page.more };
  }

  private async entry(item: TimelineItem, background: Background): Promise<TimelineEntry> {
    const at = item.at.toISOString();
    switch (item.kind) {
      case 'section':
        return this.sectionEntry(item, background);
      case 'job':
        return { kind: 'job', at, job: jobSummaryView(item.job) };
      case 'findingOpened':
      case 'findingClosed':
        return { kind: item.kind, at, finding: findingView(item.finding) };
      case 'quarantined':
        return { kind: 'quarantined', at, reason: item.reason };
      case 'enrolled':
      case 'revoked':
        return { kind: item.kind, at };
    }
  }

  private async sectionEntry(item: SectionItem, background: Background): Promise<TimelineEntry> {
    const { at, name, fromDigest, toDigest } = item;
    const differences = await this.differences(item, background);
    return {
      ...{ kind: 'section', name, fromDigest, toDigest },
      at: at.toISOString(),
      differences: differences.slice(0, SHOWN),
      more: Math.max(0, differences.length - SHOWN),
      jobId: attributeJob({ at, differences }, background.jobs),
    };
  }

  /** None for a section that came or went as a whole: all of it did. */
  private async differences(
    { name, fromDigest, toDigest }: SectionItem,
    { bodies }: Background,
  ): Promise<SectionDifference[]> {
    if (fromDigest === null || toDigest === null) return [];
    const known = bodies.get(name);
    const after =
      known?.digest === toDigest ? known.body : await this.database.timeline.body({ name, digest: toDigest });
    const before = await this.database.timeline.body({ name, digest: fromDigest });
    bodies.set(name, { digest: fromDigest, body: before });
    return diffSection(name, before, after);
  }

  /** Anchors are called by their certificates' names, looked up once for the page. */
  private async named(items: readonly TimelineEntry[]): Promise<TimelineEntry[]> {
    const anchors = new Set(
      items.flatMap((item) =>
        item.kind === 'section' ? item.differences.flatMap(({ anchor }) => anchor ?? []) : [],
      ),
    );
    if (anchors.size === 0) return [...items];
    const certificates = await this.database.certificates.getMany([...anchors]);
    const nameOf = (sha256: string) => {
      const certificate = certificates.get(sha256);
      return certificate?.commonName ?? certificate?.subject;
    };
    return items.map((item) =>
      item.kind === 'section' ? { ...item, differences: nameAnchors(item.differences, nameOf) } : item,
    );
  }
}
