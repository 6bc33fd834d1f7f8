import { z } from 'zod';
import { instant, sha256Hex } from './primitives.ts';

/**
 * A union bundle to be made: the public list, what is kept of the list that the release brings, and the studio's own roots, which the
 * server holds already (from hosts, or from orders).
 */
export const makeBundle = z.strictObject({
  /** A wheel of certifi or a cacert.pem, base64; absent: the list that this release brings. */
  list: z.base64().max(400_000).optional(),
  /** What the list is, where the file does not say. */
  named: z.strictObject({ name: z.string().trim().min(1).max(100), published: z.iso.date() }).optional(),
  /** Studio and interception roots by SHA-256. */
  anchors: z.array(sha256Hex).max(200).default([]),
  /** Roots that left the public list, and may go: each that nobody names here stays. */
  approvedGoing: z.array(sha256Hex).max(500).default([]),
});
export type MakeBundle = z.input<typeof makeBundle>;

/** `subject` is hostile text: render, never interpret. */
const bundleRoot = z.object({ sha256: sha256Hex, subject: z.string() });
export const bundleView = z.object({
  /** The name of the bundle: SHA-256 of its PEM text. An order of `bundle.deploy` names it. */
  sha256: sha256Hex,
  size: z.int(),
  list: z.object({ name: z.string(), published: z.iso.date() }),
  /** The list is older than 120 days: a newer one takes away what attackers may use, and brings what servers need. */
  listIsOld: z.boolean(),
  roots: z.array(
    bundleRoot.extend({
      notAfter: instant,
      origins: z.array(z.enum(['publicList', 'kept', 'studio'])),
    }),
  ),
  /** Against the list that the release brings. */
  entering: z.array(bundleRoot),
  /** `kept`: nobody approved its going. */
  leaving: z.array(bundleRoot.extend({ kept: z.boolean() })),
  /** Left out: they verify nothing any more. */
  expired: z.array(bundleRoot),
});
export type BundleView = z.infer<typeof bundleView>;
