import { sha256Hex, shortText } from '@trustfleet/protocol';
import { z } from 'zod';

/**
 * The union bundle that a machine is to have at its fixed path: made by the server, named by the SHA-256 of its PEM text, whose bytes are an
 * artifact of the order. `approvedLosses`: anchors that programs of the machine have today and would have no more, approved by name.
 */
export const bundleDeployParameters = z.strictObject({
  bundle: sha256Hex,
  /** The public list in it, with the day on which that was published: one older than 120 days is a finding. */
  list: z.strictObject({ name: shortText, published: z.iso.date() }),
  approvedLosses: z.array(sha256Hex).max(200).optional(),
});
export type BundleDeployParameters = z.infer<typeof bundleDeployParameters>;

/** Where the union bundle stands, by platform: one place for good, since variables name it. */
export const UNION_BUNDLE_PATHS = {
  linux: '/etc/trustfleet/ca-bundle.pem',
  windows: 'C:\\ProgramData\\Trustfleet\\trust\\ca-bundle.pem',
  macos: '/Library/Trustfleet/ca-bundle.pem',
} as const;
