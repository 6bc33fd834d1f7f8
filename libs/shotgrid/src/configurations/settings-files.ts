import { clip } from '@trustfleet/protocol';
import type { Derivation } from '../access/view.ts';
import { parseDescriptor, type Descriptor } from '../cores/descriptor.ts';
import { isRecord, yamlFacts } from '../yaml.ts';

/** `config/core/core_api.yml`: `location` in dict or URI form. JSON, so that it can be remembered. */
export const CORE_API = yamlFacts('core_api', (document) => {
  const descriptor = parseDescriptor(isRecord(document) ? document['location'] : null);
  return descriptor === null ? null : { type: descriptor.type, keys: [...descriptor.keys] };
});

export function storedDescriptor(
  stored: { readonly type: string; readonly keys: readonly (readonly [string, string])[] } | null,
): Descriptor | null {
  return stored === null ? null : { type: stored.type, keys: new Map(stored.keys) };
}

/** Names that could be a setting's; anything else in that place may be what should not be shown. */
const KEY = /^[A-Za-z_][\w.-]{0,63}$/;
const MOST_KEYS = 32;

/** `config/core/shotgun.yml` holds secrets: of its values only the site's host leaves this function (shotgrid.md §2.2). */
export const SHOTGUN = yamlFacts('shotgun', (document) => {
  const sections = isRecord(document) ? [document, ...Object.values(document).filter(isRecord)] : [];
  const keys = sections.flatMap((section) => Object.keys(section)).filter((key) => KEY.test(key));
  const hosts = sections.map((section) => section['host']).filter((host) => typeof host === 'string');
  return {
    keys: [...new Set(keys)].sort().slice(0, MOST_KEYS),
    site: hosts.map(hostOf).find((host) => host !== null) ?? null,
  };
});

/** Host name of an address; its credentials, path and query are dropped. */
export function hostOf(address: string): string | null {
  const text = address.trim();
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  return url === null || url.hostname === '' ? null : clip(url.hostname, 512);
}

const MOST_ROOTS = 20;

export const PIPELINE_CONFIGURATION = yamlFacts('pipeline_configuration', (document) => {
  const roots = isRecord(document) ? document['bundle_cache_fallback_roots'] : null;
  return Array.isArray(roots)
    ? roots.filter((root): root is string => typeof root === 'string').slice(0, MOST_ROOTS)
    : [];
});

/** One line with a path: `core_<OS>.cfg`, `interpreter_<OS>.cfg`. Null where it stands for none (shotgrid.md §2.1). */
export const PATH_LINE: Derivation<string | null> = {
  kind: 'pathLine',
  maxBytes: 64 * 1024,
  derive(bytes) {
    const text = Buffer.from(bytes)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    const line =
      text
        .split(/\r?\n/)
        .map((one) => one.trim())
        .find((one) => one !== '') ?? '';
    return line === '' || line === 'None' || line === 'undefined' ? null : clip(line, 4096);
  },
};
