import { z } from 'zod';
import { hostPath, shortText } from '../primitives.ts';
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

export const variablesSection = z.looseObject({
  variables: z.array(caVariable).max(1000),
  problems: z.array(collectorProblem).max(200).optional(),
});
export type VariablesSection = z.infer<typeof variablesSection>;
