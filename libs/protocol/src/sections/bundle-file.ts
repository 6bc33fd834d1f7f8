import { z } from 'zod';
import { hostPath, sha256Hex, shortText } from '../primitives.ts';

/** Why a PEM file is or is not usable. `read` says nothing about its blocks: see `problems`. */
export const bundleState = z.enum([
  'read',
  'missing',
  'unreadable',
  'notRegularFile',
  'tooLarge',
  'empty',
  'der',
  'utf16',
  'noCertificates',
]);
export type BundleState = z.infer<typeof bundleState>;

/** A block that did not parse, by place and reason. One bad block leaves the rest readable. */
export const bundleProblem = z.looseObject({ line: z.int().positive(), reason: shortText });
export type BundleProblem = z.infer<typeof bundleProblem>;

/** What one PEM file holds. `anchors` are SHA-256 of DER, sorted, without duplicates. */
export const bundleFile = z.looseObject({
  path: hostPath,
  /** After symbolic links; null when it cannot be resolved. */
  realPath: hostPath.nullable(),
  state: bundleState,
  detail: shortText.nullable(),
  sha256: sha256Hex.nullable(),
  size: z.int().nonnegative().nullable(),
  anchors: z.array(sha256Hex).max(5000),
  problems: z.array(bundleProblem).max(100),
  /** False where OpenSSL's X509_load would refuse the whole file (python-tls.md §3: one truncated block loses all). */
  opensslAccepts: z.boolean(),
});
export type BundleFile = z.infer<typeof bundleFile>;
