import type { SectionReportResult } from '@trustfleet/database';

/** Which sections a host said, and which of them the database holds as its current ones. */
export interface NamedSection {
  readonly name: string;
  readonly digest: string;
}

/**
 * What this process knows of the sections of one connected host: so that a report without news costs no look at the database, and a body
 * that nobody asked for is not stored. It lives as long as the socket; names are bounded by the protocol's schema.
 */
export class SessionSections {
  private readonly current = new Map<string, string>();
  private readonly asked = new Set<string>();

  /** Whether all of this stands in the database already. */
  knows(digests: Readonly<Record<string, string>>): boolean {
    return Object.entries(digests).every(([name, digest]) => this.current.get(name) === digest);
  }

  /** What became of a report. */
  recorded(digests: Readonly<Record<string, string>>, { wanted }: SectionReportResult): void {
    for (const [name, digest] of Object.entries(digests)) this.current.set(name, digest);
    for (const name of wanted) {
      this.current.delete(name);
      this.asked.add(name);
    }
  }

  /** Whether the server waits for a body of this name; the question is answered by it. */
  takeAsked(name: string): boolean {
    return this.asked.delete(name);
  }

  /** Sections that are current, of these names. */
  named(names: readonly string[]): NamedSection[] {
    return names.flatMap((name) => {
      const digest = this.current.get(name);
      return digest === undefined ? [] : [{ name, digest }];
    });
  }
}
