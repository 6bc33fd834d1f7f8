import { z } from 'zod';
import { plainPath } from '../plain-path.ts';

export const coreVersion = z.string().regex(/^v\d{1,4}\.\d{1,4}\.\d{1,4}$/);

/** `configuration`: a pipeline configuration, as the section `shotgrid` names it. */
export const toolkitUpgradeCoreParameters = z.strictObject({
  configuration: plainPath,
  version: coreVersion,
});
export type ToolkitUpgradeCoreParameters = z.infer<typeof toolkitUpgradeCoreParameters>;
