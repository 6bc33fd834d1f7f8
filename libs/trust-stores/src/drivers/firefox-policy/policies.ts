import { messageOf } from '../../store-change.ts';

/** What is asked of a `policies.json`, and the whole of it, to be written again. */
export interface Policies {
  /** `Certificates.Install`: names or paths of files. */
  readonly install: readonly string[];
  /** `Certificates.ImportEnterpriseRoots`. */
  readonly importsSystemRoots: boolean;
  readonly document: JsonObject;
}

/** Why a file is no policy; Firefox then reads none of it. */
export class PoliciesError extends Error {
  override readonly name = 'PoliciesError';
}

type JsonObject = Record<string, unknown>;

const EMPTY: Policies = { install: [], importsSystemRoots: false, document: { policies: {} } };

/** Throws {@link PoliciesError}. */
export function parsePolicies(bytes: Uint8Array): Policies {
  const document = parseJson(Buffer.from(bytes).toString('utf8'));
  if (!isObject(document) || !isObject(document['policies']))
    throw new PoliciesError('it has no object "policies"');
  const certificates = document['policies']['Certificates'] ?? {};
  if (!isObject(certificates)) throw new PoliciesError('its "Certificates" is not an object');
  const install = certificates['Install'] ?? [];
  if (!Array.isArray(install) || !install.every((name): name is string => typeof name === 'string'))
    throw new PoliciesError('its "Certificates.Install" is not a list of names');
  return { install, importsSystemRoots: certificates['ImportEnterpriseRoots'] === true, document };
}

/** The same policies with another list; null where nothing would be left, so that the file should not be there. */
export function withInstall(from: Policies | null, install: readonly string[]): Uint8Array | null {
  const { document } = from ?? EMPTY;
  const before = asObject(document['policies']);
  const certificates = withKey(asObject(before['Certificates']), 'Install', install);
  const policies = withKey(before, 'Certificates', certificates);
  if (isEmpty(policies) && Object.keys(document).length === 1) return null;
  return Buffer.from(`${JSON.stringify({ ...document, policies }, null, 2)}\n`, 'utf8');
}

/** In its old place, or at the end; without the key where the value is empty. */
function withKey(object: JsonObject, key: string, value: object): JsonObject {
  if (!isEmpty(value)) return { ...object, [key]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's words quote the file, which is nobody's but its owner's: only the place of the mistake is told.
    const place = /at position \d+/.exec(messageOf(error))?.[0];
    throw new PoliciesError(place === undefined ? 'it is not JSON' : `it is not JSON ${place}`);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
