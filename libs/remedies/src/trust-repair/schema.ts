import { caVariableName, clientName, sha256Hex, uuid } from '@trustfleet/protocol';
import { z } from 'zod';
import { bundleDeployParameters } from '../bundle-deploy/schema.ts';
import { plainPath } from '../plain-path.ts';
import { packageChoice } from '../python-upgrade-package/schema.ts';
import { apiChoice } from '../shotgun-api-replace/schema.ts';
import { coreVersion } from '../toolkit-upgrade-core/schema.ts';

/** One (Python environment × client × endpoint) that is to verify; `python` null for what is no Python. */
export const repairTarget = z.strictObject({
  python: plainPath.nullable(),
  client: clientName,
  endpoint: uuid,
});
export type RepairTarget = z.infer<typeof repairTarget>;

/** The closed list from which a plan may choose (protocol.md, "Signed orders and jobs"): what is not in it is never done. */
export const repairChoices = z.strictObject({
  /** For the operating system's store. */
  anchors: z.array(sha256Hex).max(20),
  bundle: bundleDeployParameters.nullable(),
  /** Set to the union bundle, or unset where they name a bad file; in the scope of the machine. */
  variables: z.array(caVariableName).max(8),
  packages: z.array(packageChoice).max(16),
  api: apiChoice.nullable(),
  core: coreVersion.nullable(),
});
export type RepairChoices = z.infer<typeof repairChoices>;

/** No `targets`: every endpoint that is configured for the host, for every client that fails it. */
export const trustRepairParameters = z.strictObject({
  targets: z.array(repairTarget).max(500),
  choices: repairChoices,
});
export type TrustRepairParameters = z.infer<typeof trustRepairParameters>;
