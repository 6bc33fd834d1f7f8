import { z } from 'zod';
import { sha256Hex, shortText, uuid } from '../primitives.ts';
import { collectorProblem } from './collector-problem.ts';

/** Programs whose trust source is judged, each by its own rules (python-tls.md §3, §4; shotgrid.md §1.3, §2.5). */
export const CLIENTS = [
  'ssl',
  'requests',
  'urllib3',
  'httplib2',
  'pip',
  'conda',
  'boto3',
  'shotgun_api3.crud',
  'shotgun_api3.form',
  'shotgun_api3.s3',
  'toolkit.urlopen',
  'curl',
  'git',
  'node',
] as const;
export const clientName = z.enum(CLIENTS);
export type ClientName = z.infer<typeof clientName>;

/** DNS name or IP address, no scheme, no brackets. */
export const endpointHost = z
  .string()
  .min(1)
  .max(253)
  .regex(/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?|[0-9a-f:.]+)$/i);
export const port = z.int().min(1).max(65535);

/** An address that people configured: agents reach for these and no other. Travels in `welcome`. */
export const configuredEndpoint = z.looseObject({
  id: uuid,
  name: shortText,
  host: endpointHost,
  port,
  /** Which clients must reach it; empty: all. */
  clients: z.array(clientName).max(CLIENTS.length),
});
export type ConfiguredEndpoint = z.infer<typeof configuredEndpoint>;
export const MAX_ENDPOINTS = 64;
export const configuredEndpoints = z.array(configuredEndpoint).max(MAX_ENDPOINTS);

export const networkState = z.enum([
  'connected',
  'dnsFailed',
  'refused',
  'timedOut',
  'reset',
  'unreachable',
  'proxyRefused',
  /** It answered, not with TLS. */
  'notTls',
]);
export type NetworkState = z.infer<typeof networkState>;

/** What an endpoint shows to somebody who verifies nothing and sends nothing (failures.md §7.2). Nothing that moves by itself. */
export const observedEndpoint = z.looseObject({
  id: uuid,
  host: endpointHost,
  port,
  network: networkState,
  detail: shortText.nullable(),
  /** `host:port` of the proxy it went through, without credentials. */
  proxy: shortText.nullable(),
  /** SHA-256 of DER in the order presented, leaf first; empty where nothing was presented. */
  chain: z.array(sha256Hex).max(32),
  /** What it presents to a client that names no server (uploads of 3.0.36–3.8.1, shotgrid.md §1.4); null where that is the same. */
  chainWithoutName: z.array(sha256Hex).max(32).nullable(),
  tls: shortText.nullable(),
  /** Set where a TLS-inspecting proxy answers in its place (failures.md §7.2). */
  interception: z
    .looseObject({
      /** Names the issuer on top of the presented chain. Hostile text. */
      issuer: shortText,
      /** Its certificate where it was presented or a trust store of this host has it. */
      certificate: sha256Hex.nullable(),
    })
    .nullable(),
});
export type ObservedEndpoint = z.infer<typeof observedEndpoint>;

export const endpointsSection = z.looseObject({
  endpoints: z.array(observedEndpoint).max(MAX_ENDPOINTS),
  problems: z.array(collectorProblem).max(200),
});
export type EndpointsSection = z.infer<typeof endpointsSection>;
