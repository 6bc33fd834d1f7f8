import { z } from 'zod';
import { anchorClassView, certificateView } from './certificates.ts';
import { findingView } from './findings.ts';
import { jobSummary } from './jobs.ts';
import { instant, page, pageQuery, sha256Hex } from './primitives.ts';

export const hostSort = z.enum(['name', 'lastSeen', 'findings', 'enrolled']);
export const presence = z.enum(['online', 'offline']);

export const hostListQuery = pageQuery.extend({
  q: z.string().max(200).default(''),
  presence: presence.optional(),
  /** `open`: any open finding; `blockers`: an open blocker (overview's `withBlockers` counts the same hosts). */
  findings: z.enum(['open', 'blockers', 'none']).optional(),
  platform: z.enum(['linux', 'windows', 'macos']).optional(),
  /** Hosts whose operating system's store lacks this anchor: those that the overview's `missing` counts. */
  missingAnchor: sha256Hex.optional(),
  groupId: z.uuid().optional(),
  /** `held`: revoked or in quarantine; `admitted`: neither. Without it: every host but the revoked ones, which is the fleet. */
  admission: z.enum(['admitted', 'held']).optional(),
  sort: hostSort.default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
});
export type HostListQuery = z.infer<typeof hostListQuery>;

export const hostSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  platform: z.enum(['linux', 'windows', 'macos']),
  /** e.g. "Debian GNU/Linux 12"; null until the first report. */
  os: z.string().nullable(),
  presence,
  lastSeen: instant.nullable(),
  enrolledAt: instant,
  agentVersion: z.string().nullable(),
  openFindings: z.int(),
  openBlockers: z.int(),
  pythons: z.int().nullable(),
  /** Remedies that the host's owner permits. Empty: observe-only. */
  permits: z.array(z.string()),
  /** The chain seen by the agent was not the server's own: something inspects TLS between them. */
  interception: z.boolean(),
  group: z.object({ id: z.uuid(), name: z.string() }),
  /** Its key is refused for good. */
  revokedAt: instant.nullable(),
  /** Nothing is offered to it until a person releases it: one key on two machines, or it refused what the server signed. */
  quarantine: z.object({ reason: z.enum(['cloned', 'refused']), since: instant }).nullable(),
  /** Wall clock minus server time, as the agent said last. */
  clockOffsetMs: z.int().nullable(),
});
export type HostSummary = z.infer<typeof hostSummary>;
export const hostPage = page(hostSummary);

export const sectionView = z.object({
  name: z.string(),
  digest: sha256Hex,
  seenFrom: instant,
  /** Parsed as libs/protocol's section of that name; raw JSON where this release does not know it. */
  body: z.unknown(),
  understood: z.boolean(),
});
export type SectionView = z.infer<typeof sectionView>;

export const hostDetail = hostSummary.extend({
  sections: z.array(sectionView),
  findings: z.array(findingView),
  jobs: z.array(jobSummary),
  /** Every certificate that the sections name and the server holds, by fingerprint. */
  certificates: z.record(
    z.string(),
    certificateView.omit({ pem: true }).extend({
      /** As this host stands to it: by the catalogue, the policies and where the host has it from. */
      class: anchorClassView,
    }),
  ),
});
export type HostDetail = z.infer<typeof hostDetail>;

/** A reason that stays in the audit. */
export const holdRequest = z.object({ reason: z.string().trim().min(1).max(500) });
export const moveHost = z.object({ groupId: z.uuid() });
/** Asks a connected host to look at itself, or to try its endpoints, at once. */
export const hostRequest = z.object({ what: z.enum(['scan', 'probe']) });

/** A change of the agent's own connection (protocol.md `settings`): tried by the agent, then kept or taken back. */
export const changeHostSettings = z
  .object({
    newSecret: z.boolean().default(false),
    address: z.url({ protocol: /^https$/ }).optional(),
    reason: z.string().trim().min(1).max(500),
  })
  .refine((change) => change.newSecret || change.address !== undefined, 'nothing to change');
export const hostSettingView = z.object({
  id: z.uuid(),
  state: z.enum(['pending', 'kept', 'reverted']),
  newSecret: z.boolean(),
  address: z.string().nullable(),
  detail: z.string().nullable(),
  createdBy: z.string(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type HostSettingView = z.infer<typeof hostSettingView>;
/** Newest first. */
export const hostSettingList = z.object({ items: z.array(hostSettingView) });
