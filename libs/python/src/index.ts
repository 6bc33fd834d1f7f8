import type { PythonPorts } from './ports.ts';
import type { BundlesResult, CertifiCopy, CollectedVariable, CollectOptions, PythonsResult, VariablesResult } from './types.ts';

export type * from './ports.ts';
export type * from './types.ts';

/** CA variables of machine, users and this service, parsed statically; values of other variables are never kept. Never throws for what it finds. */
export function collectVariables(ports: PythonPorts, options: CollectOptions): Promise<VariablesResult> {
  throw new Error(`libs/python: being written (${ports.uid}, ${options.root ?? '/'})`);
}
/** Python environments of this host; run only under security.md "a local user", else static facts. Never throws for what it finds. */
export function discoverPythons(ports: PythonPorts, options: CollectOptions): Promise<PythonsResult> {
  throw new Error(`libs/python: being written (${ports.uid}, ${options.root ?? '/'})`);
}
/** PEM files that variables name and certifi copies bring, one entry a path. Never throws for what it finds. */
export function collectBundles(
  ports: PythonPorts,
  found: { readonly variables: readonly CollectedVariable[]; readonly certifi: readonly CertifiCopy[] },
): Promise<BundlesResult> {
  throw new Error(`libs/python: being written (${ports.uid}, ${found.variables.length})`);
}
