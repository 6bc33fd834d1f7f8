'use client';

import type { HostDetail } from '@trustfleet/api';
import type { TrustStore } from '@trustfleet/protocol';
import { Badge, Card, EmptyState, Fact, Facts, Untrusted } from '@trustfleet/ui';
import { parseAsString, useQueryState } from 'nuqs';
import { useTranslations } from 'use-intl';
import { AnchorTable } from './anchor-table.tsx';
import { BundleState } from './bundles-tab.tsx';
import { SectionFrame } from './section-frame.tsx';
import { sectionOf } from './sections.ts';

function StoreFacts({ store }: { readonly store: TrustStore }) {
  const t = useTranslations('stores');
  const broken = store.localAnchors.filter((item) => item.problem !== null);
  return (
    <Facts>
      <Fact name={t('bundle')}>
        <Untrusted text={store.bundle.path} className="font-mono text-[0.9rem] break-all" />
        <BundleState bundle={store.bundle} />
      </Fact>
      <Fact name={t('directory')}>
        {store.anchorDirectory === null ? (
          <span className="text-muted">{t('noDirectory')}</span>
        ) : (
          <Untrusted text={store.anchorDirectory} className="font-mono text-[0.9rem] break-all" />
        )}
      </Fact>
      {store.cannotChange !== null && (
        <Fact name={t('cannotChange')}>
          <Untrusted text={store.cannotChange} />
        </Fact>
      )}
      {store.problems !== undefined && store.problems.length > 0 && (
        <Fact name={t('problems')}>
          <ul>
            {store.problems.map((problem) => (
              <li key={problem}>
                <Untrusted text={problem} className="wrap-anywhere text-warn" />
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {broken.length > 0 && (
        <Fact name={t('localAnchors')}>
          <ul>
            {broken.map((item) => (
              <li key={item.path}>
                <Untrusted text={item.path} className="font-mono text-[0.9rem] break-all" />
                {': '}
                <Untrusted text={t('localProblem', { problem: item.problem ?? '' })} className="text-bad" />
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </Facts>
  );
}

/** One of several stores: the choice stands in the address. */
function StoreList({
  stores,
  chosen,
  onChoose,
}: {
  readonly stores: readonly TrustStore[];
  readonly chosen: TrustStore;
  readonly onChoose: (store: TrustStore) => void;
}) {
  const t = useTranslations('stores');
  return (
    <Card title={t('list')} flush>
      <ul aria-label={t('list')} className="divide-y divide-line">
        {stores.map((store) => (
          <li key={store.id}>
            <button
              type="button"
              aria-pressed={store === chosen}
              onClick={() => {
                onChoose(store);
              }}
              className="flex w-full cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-start hover:bg-sunken aria-pressed:bg-sunken aria-pressed:font-medium"
            >
              <Untrusted text={store.name} className="min-w-0 flex-1 wrap-anywhere" />
              {store.operatingSystem && <Badge tone="accent">{t('osStore')}</Badge>}
              {store.user != null && (
                <Badge>
                  <Untrusted text={t('storeOf', { user: store.user })} />
                </Badge>
              )}
              {store.bundle.state !== 'read' && <BundleState bundle={store.bundle} />}
              <span className="text-muted tabular-nums">
                {t('anchorCount', { count: store.bundle.anchors.length })}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const byImportance = (a: TrustStore, b: TrustStore): number =>
  Number(b.operatingSystem) - Number(a.operatingSystem) || a.name.localeCompare(b.name, 'en');

function Stores({ host, stores }: { readonly host: HostDetail; readonly stores: readonly TrustStore[] }) {
  const t = useTranslations('stores');
  const [wanted, setWanted] = useQueryState('store', parseAsString);
  const ordered = stores.toSorted(byImportance);
  const chosen = ordered.find(({ id }) => id === wanted) ?? ordered[0];
  if (chosen === undefined)
    return (
      <Card>
        <EmptyState title={t('empty')} />
      </Card>
    );
  return (
    <div className="flex flex-col gap-5">
      {ordered.length > 1 && (
        <StoreList
          stores={ordered}
          chosen={chosen}
          onChoose={({ id }) => void setWanted(id === ordered[0]?.id ? null : id)}
        />
      )}
      <Card
        title={<Untrusted text={chosen.name} />}
        actions={chosen.operatingSystem && <Badge tone="accent">{t('osStore')}</Badge>}
      >
        <StoreFacts store={chosen} />
      </Card>
      <AnchorTable key={chosen.id} store={chosen} host={host} />
    </div>
  );
}

export function StoresTab({ host }: { readonly host: HostDetail }) {
  return (
    <SectionFrame state={sectionOf(host, 'trustStores')}>
      {({ stores }) => <Stores host={host} stores={stores} />}
    </SectionFrame>
  );
}
