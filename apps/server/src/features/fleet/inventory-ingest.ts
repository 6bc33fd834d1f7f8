import { createHash } from 'node:crypto';
import type { Database, SectionBody, SectionReport, SectionReportResult } from '@trustfleet/database';
import { sectionSchemas, type SectionMessage } from '@trustfleet/protocol';
import type { Logger } from '../../logging/logger.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { PolicyEvaluation } from '../policies/policy-evaluation.ts';
import { Batcher } from './batcher.ts';

interface IngestOptions {
  readonly database: Database;
  readonly evaluation: PolicyEvaluation;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** How long a report waits for others, and how many go into one statement. */
const BATCH = { delayMs: 50, maxItems: 200 };

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

/** Takes inventory in: content-addressed, many hosts in one statement, each accepted report judged at once. */
export class InventoryIngest {
  private readonly options: IngestOptions;
  private readonly batcher: Batcher<SectionReport, SectionReportResult>;

  constructor(options: IngestOptions) {
    this.options = options;
    this.batcher = new Batcher({ run: (batch) => this.record(batch), ...BATCH });
  }

  /** Digests that a host named; `complete` when it named all of its sections. */
  report(
    hostId: string,
    digests: Readonly<Record<string, string>>,
    complete: boolean,
  ): Promise<SectionReportResult> {
    return this.batcher.add({ hostId, at: this.options.now(), digests, complete, bodies: [] });
  }

  /**
   * A body. The digest is that of the bytes as they came; a body that is not what it claims, or no JSON object,
   * is refused (null) and logged, and the host's sections stay as they were. One that this release does not
   * understand is stored whole all the same.
   */
  async section(hostId: string, message: SectionMessage): Promise<SectionReportResult | null> {
    const body = this.checkedBody(hostId, message);
    if (body === null) return null;
    return this.batcher.add({
      hostId,
      at: this.options.now(),
      digests: { [body.name]: body.digest },
      complete: false,
      bodies: [body],
    });
  }

  drain(): Promise<void> {
    return this.batcher.drain();
  }

  private checkedBody(hostId: string, message: SectionMessage): SectionBody | null {
    const { name, digest } = message;
    const bytes = Buffer.from(message.body, 'utf8');
    const refuse = (reason: string) => {
      this.options.logger.warn({ hostId, section: name, reason }, 'section refused');
      return null;
    };
    if (createHash('sha256').update(bytes).digest('hex') !== digest)
      return refuse('its bytes do not have the digest that it claims');
    const value = parseObject(message.body);
    if (value === null) return refuse('it is not a JSON object');
    const { projection, reason } = projectionOf(name, value);
    if (reason !== null)
      this.options.logger.warn({ hostId, section: name, reason }, 'section stored, but not understood');
    return { name, digest, bytes, projection };
  }

  private async record(batch: readonly SectionReport[]): Promise<readonly SectionReportResult[]> {
    const results = await this.options.database.sections.recordReports(batch);
    const changed = [
      ...new Set(results.filter((result) => result.changed.length > 0).map((result) => result.hostId)),
    ];
    if (changed.length > 0) {
      await this.options.evaluation.evaluate(changed);
      for (const id of changed) this.options.events.publish({ type: 'host', id, what: 'report' });
    }
    return results;
  }
}
