import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { clientOption } from './client-option.ts';
import { collectorProblem } from './collector-problem.ts';
import { MAX_SHARES, sharedFrom, shareState } from './share.ts';

export const PYTHON_PACKAGES = [
  'certifi',
  'requests',
  'httplib2',
  'urllib3',
  'truststore',
  'shotgun_api3',
  'pip',
  'conda',
  'botocore',
  'sgtk',
  /** Change what "the trust store" is, by being there (python-tls.md §4, "Patching packages"). */
  'pip_system_certs',
  'certifi_win32',
  /** A module that tells httplib2 where its anchors are (shotgrid.md §1.4, E4). */
  'ca_certs_locater',
] as const;
export const pythonPackageName = z.enum(PYTHON_PACKAGES);
export type PythonPackageName = z.infer<typeof pythonPackageName>;

export const pythonPackage = z.looseObject({
  name: pythonPackageName,
  version: shortText.nullable(),
  /** The package's own directory. */
  location: hostPath,
  /** The CA file that this copy loads where nothing tells it otherwise; absent or null where it has none. */
  bundle: hostPath.nullable().optional(),
});
export type PythonPackage = z.infer<typeof pythonPackage>;

export const pythonKind = z.enum([
  'system',
  'local',
  'opt',
  'pyenv',
  'venv',
  'user',
  'conda',
  'uv',
  'framework',
  'homebrew',
  'commandLineTools',
  'windowsRegistry',
  'store',
  'dcc',
  'shotgridDesktop',
  'configured',
]);

/** What its ssl module is like; absent where the interpreter was not run. */
export const pythonSsl = z.looseObject({
  /** Null where `import ssl` works; else what it raises. */
  importError: shortText.nullable(),
  /** OPENSSL_VERSION_INFO, e.g. [3, 0, 0, 19, 0]. LibreSSL counts by its own numbers. */
  versionInfo: z.array(z.int().nonnegative()).max(5).nullable(),
  libressl: z.boolean(),
  sni: z.boolean(),
  /** Flags of create_default_context(): 3.13 sets both (python-tls.md §3). */
  strict: z.boolean(),
  partialChain: z.boolean(),
  securityLevel: z.int().min(0).max(5).nullable(),
  /** `ssl.SSLContext`; another name where a package took its place (truststore). */
  contextClass: shortText.nullable(),
  /** False where PYTHONHTTPSVERIFY or code of a start-up hook switched it off. */
  httpsVerifies: z.boolean(),
});
export type PythonSsl = z.infer<typeof pythonSsl>;

/** Code that runs at every start: a `.pth` with an import line, sitecustomize, usercustomize. */
export const startUpHook = z.looseObject({
  path: hostPath,
  effect: z.enum(['truststore', 'pipSystemCerts', 'certifiWin32', 'other']),
});
export type StartUpHook = z.infer<typeof startUpHook>;

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
  /** e.g. `Maya 2024`, `Nuke 15.1v1`, `ShotGrid Desktop`; null or absent for a plain Python. */
  product: shortText.nullable().optional(),
  ssl: pythonSsl.nullable().optional(),
  hooks: z.array(startUpHook).max(64).optional(),
  /** Set where it lies on a share: who exports it. */
  shared: sharedFrom.nullable().optional(),
  packages: z.array(pythonPackage).max(64),
  /** `run`: it was asked. `static`: read from files only, `notRunBecause` says why (security.md, "a local user"). */
  facts: z.enum(['run', 'static']),
  notRunBecause: shortText.nullable(),
});
export type PythonEnvironment = z.infer<typeof pythonEnvironment>;

export const pythonsSection = z.looseObject({
  pythons: z.array(pythonEnvironment).max(500),
  /** Of configuration files that lie in an environment (`<environment>/pip.conf`); sorted. */
  options: z.array(clientOption).max(1000).optional(),
  problems: z.array(collectorProblem).max(200).optional(),
  /** Shares that the discovery was allowed to read and asked. Sorted; absent where there are none. */
  shares: z.array(shareState).max(MAX_SHARES).optional(),
});
export type PythonsSection = z.infer<typeof pythonsSection>;
