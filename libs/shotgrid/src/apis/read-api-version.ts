import { clip } from '@trustfleet/protocol';

/** Of every tag's `shotgun.py` (or `shotgun_api3.py`), and of none but the truth: setup.py and metadata lie (shotgrid.md §1.1). */
const VERSION = /^__version__\s*=\s*["']([^"']+)["']/m;

/** `__version__` as the text of `shotgun.py` states it; null where it states none. */
export function readApiVersion(text: string): string | null {
  const version = VERSION.exec(text)?.[1];
  return version === undefined ? null : clip(version, 512);
}
