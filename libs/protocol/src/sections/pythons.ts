import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { collectorProblem } from './collector-problem.ts';

export const PYTHON_PACKAGES = [
  'certifi',
  'requests',
  'httplib2',
  'urllib3',
  'truststore',
  'shotgun_api3',
] as const;
export const pythonPackageName = z.enum(PYTHON_PACKAGES);
export type PythonPackageName = z.infer<typeof pythonPackageName>;

export const pythonPackage = z.looseObject({
  name: pythonPackageName,
  version: shortText.nullable(),
  /** The package's own directory. */
  location: hostPath,
});
export type PythonPackage = z.infer<typeof pythonPackage>;

export const pythonKind = z.enum(['system', 'local', 'opt', 'pyenv', 'venv', 'user']);

/** One Python environment: an interpreter with its site-packages. */
export const pythonEnvironment = z.looseObject({
  /** The path by which it is started; identifies the environment on its host. */
  path: hostPath,
  realPath: hostPath.nullable(),
  kind: pythonKind,
  version: shortText.nullable(),
  implementation: shortText.nullable(),
  /** e.g. "OpenSSL 3.0.19 27 Jan 2026"; null when it has no ssl or was not run. */
  openssl: shortText.nullable(),
  verifyPaths: z
    .looseObject({
      cafile: hostPath.nullable(),
      capath: hostPath.nullable(),
      opensslCafile: hostPath.nullable(),
      opensslCapath: hostPath.nullable(),
    })
    .nullable(),
  packages: z.array(pythonPackage).max(64),
  /** `run`: it was asked. `static`: read from files only, `notRunBecause` says why (security.md, "a local user"). */
  facts: z.enum(['run', 'static']),
  notRunBecause: shortText.nullable(),
});
export type PythonEnvironment = z.infer<typeof pythonEnvironment>;

export const pythonsSection = z.looseObject({
  pythons: z.array(pythonEnvironment).max(500),
  problems: z.array(collectorProblem).max(200).optional(),
});
export type PythonsSection = z.infer<typeof pythonsSection>;
