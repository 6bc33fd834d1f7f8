import { z } from 'zod';
import { shortText } from '../primitives.ts';

/** Stable facts only: whatever moves by itself rides in the heartbeat (architecture.md, "Content-addressed inventory"). */
export const systemSection = z.looseObject({
  hostname: shortText,
  manufacturer: shortText.nullable(),
  model: shortText.nullable(),
  virtual: z.boolean(),
  os: z.looseObject({
    platform: z.enum(['linux', 'windows', 'macos']),
    distribution: shortText.nullable(),
    release: shortText.nullable(),
    codename: shortText.nullable(),
    kernel: shortText.nullable(),
    architecture: shortText,
  }),
  cpu: z.looseObject({ brand: shortText.nullable(), cores: z.int().positive().nullable() }),
  memoryBytes: z.int().nonnegative().nullable(),
  interfaces: z.array(z.looseObject({ name: shortText, mac: shortText.nullable() })).max(256),
});
export type SystemSection = z.infer<typeof systemSection>;
