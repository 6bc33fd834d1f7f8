export type * from './types.ts';
export { createHost } from './host.ts';
export { hostPlatform } from './platform.ts';
export { runProgram } from './run-program.ts';
export { readBoundedFile } from './read-file.ts';
export { listDirectory } from './list-directory.ts';
export { findFiles, findForeign } from './find.ts';
export { inspectPath } from './path-chain.ts';
export { atomicWriteFile, createFileWriter, removeFile } from './write-file.ts';
export { fileCalls } from './file-calls.ts';
export { createGuardedFiles } from './guarded-files/guarded-files.ts';
export { NotOursError } from './guarded-files/directory-chain.ts';
export type { GuardedCalls, OwnedAttributes, OwnedFiles } from './guarded-files/types.ts';
export { createFilesAs, type FilesAsHost } from './files-as/files-as.ts';
export { openFileAccess, type FileAccess } from './windows-acl/index.ts';
export { readBootId } from './boot-id.ts';
export {
  openWindowsServices,
  type WindowsServices,
  type WindowsServiceSetup,
  type WindowsServiceStatus,
} from './windows-services/index.ts';
export { createRegistry } from './windows-registry/index.ts';
export { createRegistryWriter } from './windows-registry/writer.ts';
export type { RegistryPlace, RegistryText, RegistryWriter } from './windows-registry/types.ts';
export { observeEndpoint } from './observe-endpoint/observe-endpoint.ts';
export type { EndpointObservation, ObserveRequest } from './observe-endpoint/types.ts';
export { watchPaths } from './watch.ts';
export { readSystemFacts, type SystemFacts } from './system-facts.ts';
export { readSystemFactsAgain, type KnownSystemFacts } from './known-system-facts.ts';
export { readProcesses, type RunningProcess } from './running-processes.ts';
