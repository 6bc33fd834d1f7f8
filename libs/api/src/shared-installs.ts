import { z } from 'zod';
import { instant, sha256Hex } from './primitives.ts';

/** A copy of shotgun_api3, a Toolkit core, a Python environment, a PEM file. */
export const sharedInstallKind = z.enum(['shotgunApi', 'toolkitCore', 'python', 'bundle']);
export type SharedInstallKind = z.infer<typeof sharedInstallKind>;

/** The same object (same export, same path below it, same content) as the caller's hosts see it. Texts are hostile. */
export const sharedInstall = z.object({
  /** SHA-256 over kind, place and content: another one when the content changes. */
  id: sha256Hex,
  kind: sharedInstallKind,
  /** As exports are compared: `nas:` with the whole path in `path`, or `//nas/tools`. */
  source: z.string(),
  /** Below `source`; in lower case where the file system does not tell cases apart. */
  path: z.string(),
  /** The file server's first label. */
  server: z.string(),
  version: z.string().nullable(),
  /** Over what it holds; null where that could not be read. */
  content: sha256Hex.nullable(),
  /** That report it now. */
  hosts: z.int(),
  /** Some of the caller's hosts see another content at the same place. */
  differs: z.boolean(),
});
export type SharedInstallView = z.infer<typeof sharedInstall>;

export const sharedInstallListQuery = z.object({
  kind: sharedInstallKind.optional(),
  /** In the source and the path, whatever the case. */
  q: z.string().trim().max(200).default(''),
  /** Only places of which hosts see different contents. */
  differing: z.stringbool().default(false),
  /** `next` of the page before. */
  after: sha256Hex.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type SharedInstallListQuery = z.infer<typeof sharedInstallListQuery>;

/** By source and path; `next` null: that was all. */
export const sharedInstallPage = z.object({
  items: z.array(sharedInstall),
  next: sha256Hex.nullable(),
});
export type SharedInstallPage = z.infer<typeof sharedInstallPage>;

/** One host that uses it, and where it has it. */
export const sharedInstallUse = z.object({
  hostId: z.uuid(),
  hostName: z.string(),
  group: z.object({ id: z.uuid(), name: z.string() }),
  /** As this host sees it. */
  path: z.string(),
  /** Where it has the export; null where that has no place of its own (a UNC path). */
  mount: z.string().nullable(),
  seenFrom: instant,
  /** Open findings of this host that name it. */
  openFindings: z.int(),
});
export type SharedInstallUse = z.infer<typeof sharedInstallUse>;

export const sharedInstallQuery = z.object({
  /** `next` of the page of hosts before. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const sharedInstallDetail = sharedInstall.extend({
  /** Other contents that hosts see at the same place, most hosts first, at most 50. */
  others: z.array(sharedInstall.pick({ id: true, version: true, content: true, hosts: true })),
  /** What does not work through it: open findings of its hosts that name it, blockers first. */
  causes: z.array(
    z.object({
      rule: z.string(),
      cause: z.string(),
      severity: z.enum(['blocker', 'warning']),
      findings: z.int(),
      hosts: z.int(),
      remedies: z.array(z.string()),
    }),
  ),
  /** Hosts that use it, by name, from `after` on. */
  uses: z.object({ items: z.array(sharedInstallUse), next: z.uuid().nullable() }),
});
export type SharedInstallDetail = z.infer<typeof sharedInstallDetail>;

/** What one host reports, each where it has it. */
export const hostSharedInstalls = z.object({
  items: z.array(sharedInstall.extend({ at: z.string() })),
});
export type HostSharedInstalls = z.infer<typeof hostSharedInstalls>;
