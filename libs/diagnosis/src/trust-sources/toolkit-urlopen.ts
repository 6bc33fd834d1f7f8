import { coresRunBy } from '../consumers/toolkit-pythons.ts';
import { isBefore, versionNumber } from '../version-number.ts';
import { inquire, type Inquiry } from './inquiry.ts';
import { pythonDefault } from './python-default.ts';
import { searchInPython } from './python-client.ts';
import { passedBy } from './passed-by.ts';
import type { Found } from './search.ts';
import { sourceOf } from './source-of.ts';
import { place, step } from './step.ts';
import type { ResolveSource } from './types.ts';

/** Toolkit's app store, downloads and metrics: plain urlopen, never SHOTGUN_API_CACERTS (shotgrid.md §2.5). */
export const toolkitUrlopen: ResolveSource = (consumer, facts) => {
  const inquiry = inquire(consumer, facts);
  const found = withBrowserLogin(
    inquiry,
    searchInPython(inquiry, () => pythonDefault(inquiry)),
  );
  return sourceOf(inquiry, passedBy(inquiry, ['SHOTGUN_API_CACERTS'], { found, reason: 'ignoredByClient' }), {
    install: null,
    version: consumer.python?.version ?? null,
  });
};

const MOST_CORES = 3;

/** Cores before v0.22.1 sign in by the browser through the same store (shotgrid.md §2.5, `app_session_launcher`). */
function withBrowserLogin(inquiry: Inquiry, { steps, end }: Found): Found {
  const { python } = inquiry.consumer;
  const cores = python === null ? [] : coresRunBy(inquiry.facts, python);
  const old = cores.filter(({ version }) => isBefore(versionNumber(version), [0, 22, 1]));
  const noted = old
    .slice(0, MOST_CORES)
    .map(({ path, version }) =>
      step(
        place('package', { name: `tk-core ${version ?? ''}`.trim(), value: path }),
        'used',
        'browserLoginToo',
      ),
    );
  return { steps: [...steps, ...noted], end };
}
