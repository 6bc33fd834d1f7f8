import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
import { clientOption } from './client-option.ts';
import { collectorProblem } from './collector-problem.ts';

export const CA_VARIABLES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'SHOTGUN_API_CACERTS',
  'HTTPLIB2_CA_CERTS',
  'PIP_CERT',
  'NODE_EXTRA_CA_CERTS',
] as const;
export const caVariableName = z.enum(CA_VARIABLES);
export type CaVariableName = z.infer<typeof caVariableName>;

export const variableScope = z.enum(['machine', 'user', 'service']);
export type VariableScope = z.infer<typeof variableScope>;

export const caVariable = z.looseObject({
  name: caVariableName,
  scope: variableScope,
  /** Account name for scope `user`, unit name for scope `service`, else null. */
  owner: shortText.nullable(),
  value: hostPath,
  /** The file (or `process`) that sets it. */
  source: hostPath,
});
export type CaVariable = z.infer<typeof caVariable>;

/** Variables that name no CA file and still decide what is verified, or which code decides (python-tls.md §3, §4; probe.py ENV). */
export const TRUST_SETTINGS = [
  'AWS_CA_BUNDLE',
  'CONDA_SSL_VERIFY',
  'GIT_SSL_CAINFO',
  'GIT_SSL_NO_VERIFY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NODE_OPTIONS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NO_PROXY',
  'OPENSSL_CONF',
  'PIP_CONFIG_FILE',
  'PIP_USE_DEPRECATED',
  'PIP_USE_FEATURE',
  'PYTHONHTTPSVERIFY',
  'PYTHONHOME',
  'PYTHONNOUSERSITE',
  'PYTHONPATH',
  'SHOTGUN_ALLOW_OLD_PYTHON',
  'SHOTGUN_BUNDLE_CACHE_FALLBACK_PATHS',
  'SHOTGUN_BUNDLE_CACHE_PATH',
  'SHOTGUN_FORCE_CERTIFICATE_VALIDATION',
  'SHOTGUN_HOME',
  'TANK_CURRENT_PC',
] as const;
export const trustSettingName = z.enum(TRUST_SETTINGS);
export type TrustSettingName = z.infer<typeof trustSettingName>;

/** As {@link caVariable}; a proxy's credentials are masked. */
export const trustSetting = z.looseObject({ ...caVariable.shape, name: trustSettingName });
export type TrustSetting = z.infer<typeof trustSetting>;

export const variablesSection = z.looseObject({
  variables: z.array(caVariable).max(1000),
  settings: z.array(trustSetting).max(1000).optional(),
  /** Of the machine's and people's configuration files; sorted. */
  options: z.array(clientOption).max(1000).optional(),
  problems: z.array(collectorProblem).max(200).optional(),
});
export type VariablesSection = z.infer<typeof variablesSection>;
