import { sha256Hex } from '@trustfleet/protocol';
import { z } from 'zod';

/** `anchor`: SHA-256 of the certificate's DER, which travels as an artifact beside the job. */
export const addAnchorParameters = z.strictObject({ anchor: sha256Hex });
export type AddAnchorParameters = z.infer<typeof addAnchorParameters>;
