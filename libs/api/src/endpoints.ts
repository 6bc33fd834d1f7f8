import { CLIENTS, clientName, endpointHost, port } from '@trustfleet/protocol';
import { z } from 'zod';
import { instant } from './primitives.ts';

/** `1.2.3.4`, `2001:db8::1`, or a DNS name without empty labels: the wire's alphabet alone would let `..` and `:::` through. */
function isAddress(host: string): boolean {
  if (host.includes(':')) return z.ipv6().safeParse(host).success;
  if (/^[\d.]+$/.test(host)) return z.ipv4().safeParse(host).success;
  return host.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

const host = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(endpointHost)
  .refine(isAddress, 'Write a DNS name or an IP address, without scheme, port or path.');
const clients = z
  .array(clientName)
  .max(CLIENTS.length)
  .refine((names) => new Set(names).size === names.length, 'Name each client once.');

const fields = {
  /** For people. */
  name: z.string().trim().min(1).max(100),
  host,
  port,
  /** Which clients must reach it; empty: all. */
  clients,
  /** The group whose hosts must reach it; null: every host. */
  groupId: z.uuid().nullable(),
};

/** Agents reach for what stands here and for no other address (issue 5, "Endpoints"). */
export const createEndpoint = z.object({
  ...fields,
  clients: clients.default([]),
  groupId: fields.groupId.default(null),
});
export type CreateEndpoint = z.infer<typeof createEndpoint>;

/** What is not named stays as it is. */
export const updateEndpoint = z.object({
  name: fields.name.optional(),
  host: fields.host.optional(),
  port: fields.port.optional(),
  clients: fields.clients.optional(),
  groupId: fields.groupId.optional(),
});
export type UpdateEndpoint = z.infer<typeof updateEndpoint>;

export const endpointView = z.object({
  id: z.uuid(),
  name: z.string(),
  host: z.string(),
  port,
  clients: z.array(clientName),
  /** Null: it counts for every host. */
  group: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  createdAt: instant,
  createdBy: z.string(),
});
export type EndpointView = z.infer<typeof endpointView>;
/** By name. */
export const endpointList = z.object({ items: z.array(endpointView) });

/** Where a site keeps its media (shotgrid.md §2.7): learnt from the site, so a person chooses. */
export const MEDIA_REGIONS = ['usor-01', 'tokyo', 'ireland', 'saopaulo', 'mumbai', 'sydney'] as const;
export const mediaRegion = z.enum(MEDIA_REGIONS);
export type MediaRegion = z.infer<typeof mediaRegion>;

export const endpointTemplateQuery = z.object({
  /** `studio`, `studio.shotgrid.autodesk.com`, or the address from a browser. */
  site: z.string().trim().min(1).max(300),
  region: mediaRegion,
});

/** What the endpoint is for: the catalogue has a name for each. */
export const endpointPurpose = z.enum([
  'site',
  'media',
  'mediaAccelerated',
  'appStore',
  'packageIndex',
  'packageFiles',
]);
export type EndpointPurpose = z.infer<typeof endpointPurpose>;

/** What a studio on ShotGrid usually needs, to be chosen from. */
export const endpointTemplate = z.object({
  items: z.array(
    z.object({
      purpose: endpointPurpose,
      name: z.string(),
      host: z.string(),
      port,
      clients: z.array(clientName),
      /** An endpoint that counts for every host has this address already. */
      exists: z.boolean(),
    }),
  ),
});
export type EndpointTemplate = z.infer<typeof endpointTemplate>;

/** Sites that hosts' Toolkit configurations name (`shotgun.yml`) and that are no endpoint of those hosts; most hosts first. */
export const endpointProposals = z.object({
  items: z.array(
    z.object({
      /** Hostile text as far as it passes for an address. */
      host: z.string(),
      port,
      /** Of the hosts that the caller sees, those that name it and do not have it as an endpoint. */
      hosts: z.int(),
    }),
  ),
});
export type EndpointProposals = z.infer<typeof endpointProposals>;
