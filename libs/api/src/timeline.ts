import { z } from 'zod';
import { findingView } from './findings.ts';
import { jobSummary } from './jobs.ts';
import { instant, sha256Hex } from './primitives.ts';

/** One thing of a section that appeared or left. */
export const sectionDifference = z.object({
  /** `appeared`, `left`, or `changed` (the same thing with another value). */
  change: z.enum(['appeared', 'left', 'changed']),
  kind: z.enum([
    'anchor',
    'store',
    'bundle',
    'python',
    'package',
    'variable',
    'api',
    'core',
    'configuration',
    'endpoint',
    'verdict',
    'code',
    'system',
    'other',
  ]),
  /** What it is, for people: an anchor's name, a path, `requests 2.31.0`, a variable's name. */
  name: z.string(),
  /** Where: the store, bundle or Python environment that it is in. */
  where: z.string().nullable(),
  /** SHA-256 of the anchor's DER, for `anchor`. */
  anchor: sha256Hex.nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type SectionDifference = z.infer<typeof sectionDifference>;

export const timelineEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('enrolled'), at: instant }),
  z.object({ kind: z.literal('revoked'), at: instant }),
  z.object({ kind: z.literal('quarantined'), at: instant, reason: z.string() }),
  z.object({
    kind: z.literal('section'),
    at: instant,
    name: z.string(),
    /** Null: seen for the first time. */
    fromDigest: sha256Hex.nullable(),
    toDigest: sha256Hex.nullable(),
    /** At most 100; `more` says how many others. Empty for a section seen for the first time. */
    differences: z.array(sectionDifference),
    more: z.int(),
    /** The job that did it: one of this host whose change falls in the same time and names the same thing. Null: not by Trustfleet. */
    jobId: z.uuid().nullable(),
  }),
  z.object({ kind: z.literal('job'), at: instant, job: jobSummary }),
  z.object({ kind: z.literal('findingOpened'), at: instant, finding: findingView }),
  z.object({ kind: z.literal('findingClosed'), at: instant, finding: findingView }),
]);
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** Newest first; `before` an instant, for the next page. */
export const timelineQuery = z.object({
  before: instant.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const timelinePage = z.object({ items: z.array(timelineEntry), more: z.boolean() });
export type TimelinePage = z.infer<typeof timelinePage>;
