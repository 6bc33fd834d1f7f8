import type { TrustStorePorts } from './ports.ts';
import type { HostDescription } from './types.ts';
import { clip } from '@trustfleet/protocol';
import { below } from './paths.ts';

/** os-release(5): the first file that can be read. A host without one has no families. */
export async function describeHost(ports: TrustStorePorts, root: string): Promise<HostDescription> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const read = await ports.readFile(below(root, path), { maxBytes: 64 * 1024 });
    if (read.state !== 'read') continue;
    const values = parseOsRelease(Buffer.from(read.bytes).toString('utf8'));
    const families = `${values.get('ID') ?? ''} ${values.get('ID_LIKE') ?? ''}`
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean);
    const prettyName = values.get('PRETTY_NAME');
    return {
      platform: ports.platform,
      root,
      families,
      prettyName: prettyName === undefined ? null : clip(prettyName, 400),
    };
  }
  return { platform: ports.platform, root, families: [], prettyName: null };
}

/** Assignments as in os-release(5): values bare or in one pair of quotes, a backslash before `$ " \ and the backtick. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Z_][A-Z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))\s*$/.exec(line);
    if (match?.[1] === undefined) continue;
    values.set(match[1], match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? match[4] ?? '');
  }
  return values;
}
