'use client';

import type { HostDetail } from '@trustfleet/api';
import type { TrustStore } from '@trustfleet/protocol';
import { Badge, Card, EmptyState, Fact, Facts, Untrusted } from '@trustfleet/ui';
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

export function StoresTab({ host }: { readonly host: HostDetail }) {
  const t = useTranslations('stores');
  return (
    <SectionFrame state={sectionOf(host, 'trustStores')}>
      {({ stores }) =>
        stores.length === 0 ? (
          <Card>
            <EmptyState title={t('empty')} />
          </Card>
        ) : (
          <div className="flex flex-col gap-5">
            {stores.map((store) => (
              <div key={store.id} className="flex flex-col gap-5">
                <Card
                  title={<Untrusted text={store.name} />}
                  actions={store.operatingSystem && <Badge tone="accent">{t('osStore')}</Badge>}
                >
                  <StoreFacts store={store} />
                </Card>
                <AnchorTable store={store} certificates={host.certificates} />
              </div>
            ))}
          </div>
        )
      }
    </SectionFrame>
  );
}
