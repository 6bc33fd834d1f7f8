import { z } from 'zod';
import { instant, sha256Hex } from './primitives.ts';

/** One anchor that the policy requires, with what the fleet says about it. */
export const requiredAnchor = z.object({
  sha256: sha256Hex,
  name: z.string(),
  met: z.int(),
  missing: z.int(),
  unknown: z.int(),
});
export const policyView = z.object({
  id: z.uuid(),
  name: z.string(),
  rule: z.enum(['anchorRequired', 'clockAccurate', 'endpointsVerify', 'sharesAnswer', 'codeDecides']),
  /** Of `anchorRequired`; else empty. */
  anchors: z.array(requiredAnchor),
  /** Of `clockAccurate`. */
  maxOffsetSeconds: z.int().nullable(),
});
export type PolicyView = z.infer<typeof policyView>;
export const policyList = z.object({ items: z.array(policyView) });

export const overview = z.object({
  hosts: z.object({ total: z.int(), online: z.int(), offline: z.int(), withBlockers: z.int() }),
  findings: z.object({ open: z.int(), blockers: z.int() }),
  anchors: z.array(requiredAnchor),
  jobs: z.object({ active: z.int(), failed: z.int(), verified: z.int() }),
  /** Without approver keys the server's key signs everything, and the dashboard says so (security.md). */
  approverKeys: z.boolean(),
  generatedAt: instant,
});
export type Overview = z.infer<typeof overview>;
