import { siteAddress, type EndpointAddress } from '@trustfleet/policy';
import { shotgridSection } from '@trustfleet/protocol';
import type { SectionBody } from '../model/sections.ts';
import { isTooDeep, storableJson } from '../storable.ts';

/** What lists show of a body without reading it: a page of hosts would read megabytes. */
export type SectionSummary =
  | { readonly os: string | null }
  | { readonly pythons: number | null }
  | { readonly sites: readonly EndpointAddress[] }
  | Readonly<Record<string, never>>;

interface LooseSystem {
  readonly os?: { readonly distribution?: unknown; readonly release?: unknown };
}

function osOf({ os }: LooseSystem): string | null {
  const words = [os?.distribution, os?.release].filter((word) => typeof word === 'string');
  return words.length === 0 ? null : words.join(' ');
}

/** Sites of one host that are proposed as endpoints: a studio has one or two. */
const MAX_SITES = 32;

/** Sites that its Toolkit configurations name, each once, as far as they are addresses (libs/policy `siteAddress`). */
function sitesOf(projection: object): EndpointAddress[] {
  const configurations = shotgridSection.safeParse(projection).data?.configurations ?? [];
  const sites = configurations.flatMap(({ site }) => (site === null ? [] : (siteAddress(site) ?? [])));
  return [...new Map(sites.map((site) => [`${site.host}:${site.port}`, site])).values()].slice(0, MAX_SITES);
}

function summaryOf(name: string, projection: object): SectionSummary {
  if (name === 'system') return { os: osOf(projection) };
  if (name === 'shotgrid') return { sites: sitesOf(projection) };
  if (name !== 'pythons') return {};
  const pythons: unknown = 'pythons' in projection ? projection.pythons : null;
  return { pythons: Array.isArray(pythons) ? pythons.length : null };
}

/** The summary as JSON text; null for a body that is not understood, or nested deeper than anybody should walk. */
export function summaryText({ name, bytes, projection }: SectionBody): string | null {
  if (projection === null || isTooDeep(textOf(bytes))) return null;
  return storableJson(summaryOf(name, projection));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A body that was understood when it was stored, as JSON that can be stored and shown again: see `storable.ts`. */
export function parseUnderstood(bytes: Uint8Array): object {
  const text = textOf(bytes);
  const value = JSON.parse(text) as object;
  // Only an escape can bring U+0000 or half a surrogate pair through UTF-8.
  return text.includes('\\u') ? (JSON.parse(storableJson(value)) as object) : value;
}

/** What can be shown of a body that was not understood; null where that is nothing. */
export function parseRaw(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  if (isTooDeep(text)) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
