import type { ReleaseMark } from '@trustfleet/certificates';
import type { TrustStore } from '@trustfleet/protocol';
import { plain } from '@trustfleet/terminal';
import { anchorTable } from './anchor-table.ts';
import { bundleSummary } from './bundle-state.ts';
import { someProblems, storeProblems, type StoreRow } from './store-rows.ts';

export interface ListedStore {
  readonly store: TrustStore;
  readonly rows: readonly StoreRow[];
}

/** Every store with every anchor, for people. */
export function renderStores(
  stores: readonly ListedStore[],
  context: { readonly now: Date; readonly newest: ReleaseMark },
): string {
  if (stores.length === 0) return 'No trust store was found on this machine.\n';
  const blocks = stores.map((listed) => renderStore(listed, context.now).join('\n'));
  return `${blocks.join('\n\n')}\n\nThe public list is certifi's of ${context.newest.date} (${context.newest.version}); what your policies approve, the server knows.\n`;
}

function renderStore({ store, rows }: ListedStore, now: Date): string[] {
  const owner = store.user === null || store.user === undefined ? '' : `, of ${plain(store.user)} alone`;
  const whose = store.operatingSystem ? ", the operating system's" : '';
  return [
    `${plain(store.name)} (${plain(store.id)}${whose}${owner}): ${bundleSummary(store.bundle)}`,
    `  ${plain(store.bundle.path)}`,
    ...someProblems(storeProblems(store)).map((problem) => `  ! ${problem}`),
    ...(store.cannotChange === null
      ? []
      : [`  Cannot be changed by this agent: ${plain(store.cannotChange)}`]),
    ...notes(rows),
    ...(rows.length === 0 ? [] : anchorTable(rows, now, '  ')),
  ];
}

/** Why something is bad or harmless, once for each. */
function notes(rows: readonly StoreRow[]): string[] {
  const told = new Map<string, string>();
  for (const { class: known } of rows)
    if (known?.note && known.name !== null) told.set(known.name, known.note);
  return [...told].map(([name, note]) => `  ! ${plain(name)}: ${note}`);
}
