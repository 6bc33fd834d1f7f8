export type * from './types.ts';
export type { ShotgridPorts } from './ports.ts';
export { readApiVersion } from './apis/read-api-version.ts';
export { CA_FILES } from './apis/api-facts.ts';
export { describeDescriptor, descriptorUri, parseDescriptor, type Descriptor } from './cores/descriptor.ts';
export { withCoreVersion, type CoreVersionEdit } from './configurations/core-version.ts';
export { hostOf } from './configurations/settings-files.ts';
export { createShotgridDiscovery, discoverShotgrid } from './discover-shotgrid.ts';
