import { inquire } from './inquiry.ts';
import { pythonDefault } from './python-default.ts';
import { searchInPython } from './python-client.ts';
import { passedBy } from './passed-by.ts';
import { sourceOf } from './source-of.ts';
import type { ResolveSource } from './types.ts';

/** Toolkit's app store, downloads and metrics: plain urlopen, never SHOTGUN_API_CACERTS (shotgrid.md §2.5). */
export const toolkitUrlopen: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const found = searchInPython(inquiry, () => pythonDefault(inquiry));
  return sourceOf(inquiry, passedBy(inquiry, ['SHOTGUN_API_CACERTS'], { found, reason: 'ignoredByClient' }), {
    install: null,
    version: consumer.python?.version ?? null,
  });
};
