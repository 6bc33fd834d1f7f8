import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';

/** Options of configuration files that clients read for themselves (python-tls.md §4). */
export const CLIENT_OPTIONS = [
  'cert',
  'use-feature',
  'use-deprecated',
  'ssl_verify',
  'ca_bundle',
  'http.sslCAInfo',
  'http.sslVerify',
  'http.sslBackend',
  'http.schannelUseSSLCAInfo',
] as const;

/** One option that one configuration file sets: `cert` of pip.conf, `ssl_verify` of .condarc, `ca_bundle` of ~/.aws/config, `http.ssl…` of git. */
export const clientOption = z.looseObject({
  client: z.enum(['pip', 'conda', 'boto3', 'git']),
  name: z.enum(CLIENT_OPTIONS),
  value: hostPath,
  /** The file that sets it. */
  definedIn: hostPath,
  /** Whose file it is; null where it counts for every account. */
  account: shortText.nullable(),
  /** `environment`: of one Python environment. `variable`: of the file that a variable names (PIP_CONFIG_FILE). The later beats the earlier. */
  scope: z.enum(['machine', 'user', 'environment', 'variable']),
  /** `path` in the section `pythons` where it counts in that environment alone; else null. */
  python: hostPath.nullable(),
});
export type ClientOption = z.infer<typeof clientOption>;
