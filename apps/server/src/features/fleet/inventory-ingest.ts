import { createHash } from 'node:crypto';
import type { AgentSession } from '@trustfleet/agent-hub';
import type { Database, SectionBody, SectionReport, SectionReportResult } from '@trustfleet/database';
import { sectionSchemas, type SectionMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import { ThinnedLog } from '../../logging/thinned-log.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { PolicyEvaluation } from '../policies/policy-evaluation.ts';
import { Batcher } from './batcher.ts';
import { BodyBudget } from './body-budget.ts';
import { SessionSections, type NamedSection } from './session-sections.ts';

interface IngestOptions {
  readonly database: Database;
  readonly evaluation: PolicyEvaluation;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Default: `BodyBudget` as it is. */
  readonly budget?: BodyBudget;
}

/** Reports read, bodies write; each host has one message at a time with us, so that their order does not matter. */
const REPORTS = { delayMs: 5, maxItems: 500 };
/** How long a body waits for others; a batch is one statement, whose parameters are in memory. */
const BODIES = { delayMs: 25, maxItems: 250, maxWeight: 4 * 1024 * 1024 };

function projectionOf(name: string, value: object): { projection: object | null; reason: string | null } {
  if (!Object.hasOwn(sectionSchemas, name)) return { projection: null, reason: null };
  const parsed = sectionSchemas[name as keyof typeof sectionSchemas].safeParse(value);
  if (parsed.success) return { projection: parsed.data, reason: null };
  const [issue] = parsed.error.issues;
  return { projection: null, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}

function parseObject(body: string): object | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Takes inventory in: content-addressed, many hosts in one statement; what was accepted is judged soon after. */
export class InventoryIngest {
  private readonly options: IngestOptions;
  private readonly sessions = new WeakMap<AgentSession, SessionSections>();
  private readonly reports: Batcher<SectionReport, SectionReportResult>;
  private readonly bodies: Batcher<SectionReport, SectionReportResult>;
  private readonly budget: BodyBudget;
  private readonly refused: ThinnedLog;
  private readonly strange: ThinnedLog;

  constructor(options: IngestOptions) {
    this.options = options;
    this.refused = new ThinnedLog(options.logger, 'section refused');
    this.strange = new ThinnedLog(options.logger, 'section stored, but not understood');
    this.budget = options.budget ?? new BodyBudget();
    this.reports = new Batcher({ run: (batch) => this.record(batch), ...REPORTS });
    const weigh = ({ bodies }: SectionReport): number =>
      bodies.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.bodies = new Batcher({ run: (batch) => this.record(batch), weigh, ...BODIES });
  }

  /** All digests that a host has, as its `hello` names them. */
  async hello(session: AgentSession): Promise<SectionReportResult> {
    this.sessions.set(session, new SessionSections());
    return await this.tell(session, session.hello.sections, true);
  }

  /** Whether the database holds all of this as the host's own already: then there is nothing to `report`, and no look at it is due. */
  knows(session: AgentSession, digests: Readonly<Record<string, string>>): boolean {
    return this.sectionsOf(session).knows(digests);
  }

  /** Digests of a connected host. */
  report(session: AgentSession, digests: Readonly<Record<string, string>>): Promise<SectionReportResult> {
    return this.tell(session, digests, false);
  }

  /**
   * A body. The digest is that of the bytes as they came; a body that nobody asked for, that is not what it claims, or
   * no JSON object, is refused (null) and logged, and the host's sections stay as they were. One that this release does not
   * understand is stored whole all the same.
   */
  async section(session: AgentSession, message: SectionMessage): Promise<SectionReportResult | null> {
    const { hostId } = session;
    const sections = this.sectionsOf(session);
    if (!sections.takeAsked(message.name)) {
      this.options.logger.debug({ hostId, section: message.name }, 'a section that is not wanted (any more)');
      return null;
    }
    const body = this.checkedBody(hostId, message);
    if (body === null) return null;
    const digests = { [body.name]: body.digest };
    const result = await this.bodies.add({
      ...{ hostId, at: this.options.now(), digests },
      ...{ complete: false, bodies: [body] },
    });
    sections.recorded(digests, result);
    return result;
  }

  /** What a connected host has of these sections, as far as the database holds it. */
  named(session: AgentSession, names: readonly string[]): NamedSection[] {
    return this.sectionsOf(session).named(names);
  }

  async drain(): Promise<void> {
    await Promise.all([this.reports.drain(), this.bodies.drain()]);
  }

  private async tell(
    session: AgentSession,
    digests: Readonly<Record<string, string>>,
    complete: boolean,
  ): Promise<SectionReportResult> {
    const { hostId } = session;
    const result = await this.reports.add({ hostId, at: this.options.now(), digests, complete, bodies: [] });
    this.sectionsOf(session).recorded(digests, result);
    return result;
  }

  private sectionsOf(session: AgentSession): SessionSections {
    const known = this.sessions.get(session);
    if (known !== undefined) return known;
    const sections = new SessionSections();
    this.sessions.set(session, sections);
    return sections;
  }

  private checkedBody(hostId: string, message: SectionMessage): SectionBody | null {
    const { name, digest } = message;
    const bytes = Buffer.from(message.body, 'utf8');
    const refuse = (reason: string) => {
      this.refused.warn({ hostId, section: name, reason });
      return null;
    };
    if (createHash('sha256').update(bytes).digest('hex') !== digest)
      return refuse('its bytes do not have the digest that it claims');
    if (!this.budget.take(hostId, bytes.length, this.options.now().getTime()))
      return refuse('this host has said more that is new than is kept of one host in a day');
    const value = parseObject(message.body);
    if (value === null) return refuse('it is not a JSON object');
    const { projection, reason } = projectionOf(name, value);
    if (reason !== null) this.strange.warn({ hostId, section: name, reason });
    return { name, digest, bytes, projection };
  }

  private async record(batch: readonly SectionReport[]): Promise<readonly SectionReportResult[]> {
    const results = await this.options.database.sections.recordReports(batch);
    const changed = results.filter((result) => result.changed.length > 0);
    for (const { hostId } of changed)
      this.options.events.publish({ type: 'host', id: hostId, what: 'report' });
    // Not waited for: what is committed is acknowledged. A start judges every host anew, so none is forgotten.
    this.options.evaluation.sectionsChanged(changed);
    return results;
  }
}
