import { configuredEndpoints, endpointsSection, verdictOutcome } from '@trustfleet/protocol';
import { z } from 'zod';

const time = z.number();
const outcome = z.strictObject({
  source: z.string(),
  endpoint: z.string(),
  probed: verdictOutcome.nullable(),
  notProbed: z.string().nullable(),
});

/** What is known of endpoints and probes between two scans, and across a restart. JSON. */
export const endpointFacts = z.strictObject({
  schedule: z.strictObject({
    lastRoundAt: time.nullable(),
    spent: z.array(z.strictObject({ at: time, handshakes: z.int() })).max(200),
    endpoints: z.array(z.strictObject({ id: z.string(), lastAt: time.nullable() })).max(64),
  }),
  /** When the schedule wants to be asked again, milliseconds since 1970. */
  nextAt: time,
  seen: z
    .strictObject({
      section: endpointsSection,
      /** SHA-256 and DER in base64. */
      certificates: z.array(z.tuple([z.string(), z.string()])).max(4096),
      /** When each endpoint presented what stands in the section; of an earlier agent's facts nothing is said. */
      shownAt: z
        .array(z.tuple([z.string(), time]))
        .max(64)
        .default([]),
    })
    .nullable(),
  probes: z
    .array(
      z.strictObject({
        key: z.string(),
        fingerprint: z.string(),
        lastAt: time,
        outcomes: z.array(outcome).max(64),
      }),
    )
    .max(20_000),
});
export type EndpointFacts = z.infer<typeof endpointFacts>;
export type KnownProbe = EndpointFacts['probes'][number];

export const NO_ENDPOINT_FACTS: EndpointFacts = {
  schedule: { lastRoundAt: null, spent: [], endpoints: [] },
  nextAt: 0,
  seen: null,
  probes: [],
};

/** What the service tells a scan of endpoints: which people configured, and whether what was probed is to be probed again. */
export const endpointOrders = z.strictObject({
  configured: configuredEndpoints,
  probeAgain: z.boolean(),
  /** Wall clock of the host minus server time; null where it is not known. */
  clockOffsetMs: z.number().nullable(),
});
export type EndpointOrders = z.infer<typeof endpointOrders>;
export const NO_ENDPOINTS: EndpointOrders = { configured: [], probeAgain: false, clockOffsetMs: null };
