import { z } from 'zod';
import { instant, page, pageQuery, sha256Hex } from './primitives.ts';

/** What a finding is about. */
export const findingSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('trustStore'), store: z.string(), name: z.string(), path: z.string() }),
  z.object({ kind: z.literal('bundle'), path: z.string(), usedBy: z.array(z.string()) }),
  z.object({ kind: z.literal('clock') }),
  z.object({
    kind: z.literal('client'),
    /** Path of the Python environment; null for what is no Python. */
    python: z.string().nullable(),
    client: z.string(),
    endpoint: z.object({ id: z.uuid(), name: z.string(), host: z.string(), port: z.int() }),
    /** Accounts whose programs these are, at most 20; empty: those of no account of its own. */
    accounts: z.array(z.string()),
  }),
  /** So many clients of one host fail that they are not all listed: `more` are not. */
  z.object({ kind: z.literal('clients'), more: z.int() }),
  /** A line of code that decides for itself what is verified; `evidence.text` is the line, its string literals masked. */
  z.object({ kind: z.literal('code'), path: z.string(), line: z.int() }),
  /** So many such lines that they are not all listed. */
  z.object({ kind: z.literal('codeLines'), more: z.int() }),
  /** A network share that the host was allowed to read. `mount` null: it has no place of its own there. */
  z.object({
    kind: z.literal('share'),
    export: z.string(),
    type: z.string(),
    mount: z.string().nullable(),
  }),
]);
export type FindingSubject = z.infer<typeof findingSubject>;

export const findingState = z.enum(['open', 'closed']);

export const findingView = z.object({
  id: z.uuid(),
  hostId: z.uuid(),
  hostName: z.string(),
  rule: z.string(),
  /** Stable cause id: the catalogue has its words. */
  cause: z.string(),
  /** `blocker`: programs fail. `warning`: one bundle's users fail, or something may fail, or is unsafe. */
  severity: z.enum(['blocker', 'warning']),
  subject: findingSubject,
  anchor: z.object({ sha256: sha256Hex, name: z.string() }).nullable(),
  /** Facts behind it, e.g. bundle state and number of anchors. */
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  state: findingState,
  since: instant,
  closedAt: instant.nullable(),
  /** Remedies that mend this cause; empty where none exists yet. */
  remedies: z.array(z.string()),
});
export type FindingView = z.infer<typeof findingView>;

export const findingListQuery = pageQuery.extend({
  state: findingState.default('open'),
  rule: z.string().max(64).optional(),
  cause: z.string().max(64).optional(),
});
export const findingPage = page(findingView);

/** Open findings of the hosts that the caller sees, by their cause: what to mend first. */
export const causeGroup = z.object({
  rule: z.string(),
  cause: z.string(),
  /** The worst of them. */
  severity: z.enum(['blocker', 'warning']),
  findings: z.int(),
  hosts: z.int(),
  remedies: z.array(z.string()),
});
export type CauseGroup = z.infer<typeof causeGroup>;
/** Blockers first, then by hosts. */
export const causeGroupList = z.object({ items: z.array(causeGroup) });
