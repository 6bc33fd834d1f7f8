import { isAbsolutePath, parentOf } from '../paths.ts';
import type { Reader, Scan } from '../scan.ts';

/** pyvenv.cfg beside or above the program. */
export interface VenvConfig {
  readonly directory: string;
  readonly home: string | null;
  readonly version: string | null;
  readonly systemSites: boolean;
}

export async function readVenvConfig(scan: Scan, path: string, reader: Reader): Promise<VenvConfig | null> {
  const bin = parentOf(path);
  for (const directory of [bin, parentOf(bin)]) {
    const read = await scan.read(`${directory}/pyvenv.cfg`, { reader, maxBytes: 64 * 1024 });
    if (read.state === 'read') return parseVenvConfig(directory, Buffer.from(read.bytes).toString('utf8'));
  }
  return null;
}

export function parseVenvConfig(directory: string, text: string): VenvConfig {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  const written = values.get('home') ?? '';
  const home = /^[a-z]:\\/i.test(written) ? written.replaceAll('\\', '/') : written;
  return {
    directory,
    home: isAbsolutePath(home) ? home.slice(0, 4096) : null,
    version: versionOf(values),
    systemSites: values.get('include-system-site-packages')?.toLowerCase() === 'true',
  };
}

/** venv writes `version = 3.11.7`, virtualenv and uv `version_info = 3.11.7.final.0`. */
function versionOf(values: ReadonlyMap<string, string>): string | null {
  const stated = values.get('version') ?? values.get('version_info') ?? '';
  return /^\d+\.\d+(\.\d+)?/.exec(stated)?.[0] ?? null;
}
