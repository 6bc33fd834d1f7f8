import { sha256Hex } from '@trustfleet/protocol';
import { z } from 'zod';
import { isPlainPath } from '../plain-path.ts';

const BUNDLE = 'bundle:';

/** Path of a store that is named by its file; null for every other. */
export function bundlePathOf(store: string): string | null {
  return store.startsWith(BUNDLE) ? store.slice(BUNDLE.length) : null;
}

/** The id of a PEM file or hashed directory as a store. */
export const bundleStoreId = (path: string): string => `${BUNDLE}${path}`;

const storeId = z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,63}$/i);

/** A store by its id in the section `trustStores`, or `bundle:<absolute path>`. */
export const storeReference = z.string().refine((store) => {
  const path = bundlePathOf(store);
  return path === null ? storeId.safeParse(store).success : isPlainPath(path);
}, 'This names no store: give its id, or bundle: and an absolute path.');

/**
 * What adding and removing an anchor are told. `anchor`: SHA-256 of the certificate's DER, which travels as an artifact beside the job.
 * `store`: which store; without it, the operating system's.
 */
export const anchorParameters = z.strictObject({ anchor: sha256Hex, store: storeReference.optional() });
export type AnchorParameters = z.infer<typeof anchorParameters>;
