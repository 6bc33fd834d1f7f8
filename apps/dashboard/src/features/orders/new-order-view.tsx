'use client';

import { Notice, Untrusted } from '@trustfleet/ui';
import { useQueryStates } from 'nuqs';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../../components/page-header.tsx';
import type { AnchorSource } from './anchor-source.ts';
import { CertificateStep } from './certificate-step.tsx';
import { useChosenHosts } from './chosen-hosts.ts';
import { HostStep } from './host-step.tsx';
import { cleanDraft, newOrderUrl } from './new-order-url.ts';
import { keepDraft } from './order-draft.ts';
import { PlanStep } from './plan-step.tsx';
import { wordsOf } from './remedy-words.ts';

/** "Add this CA", or remove it: certificate, hosts, plan, launch, on one page. */
export function NewOrderView() {
  const t = useTranslations();
  const [url, setUrl] = useQueryStates(newOrderUrl);
  const { remedy, store, anchor, hostIds, plan } = cleanDraft(url);
  const [source, setSource] = useState<AnchorSource | null>(null);
  const [includeForbidden, setIncludeForbidden] = useState(false);
  const chosen = useChosenHosts(hostIds, remedy);
  const targets = [...chosen.permitted, ...(includeForbidden ? chosen.forbidden : [])].map((host) => host.id);
  return (
    <>
      <PageHeader
        title={t(`order.words.${wordsOf(remedy)}.newTitle`)}
        parent={{ href: '/orders', label: t('orders.title') }}
      />
      <div className="flex max-w-4xl flex-col gap-5">
        {store !== null && (
          <Notice tone="accent" title={<Untrusted text={t('order.inStore', { store })} />} />
        )}
        <CertificateStep
          remedy={remedy}
          known={anchor}
          source={source}
          onAccept={setSource}
          onForget={() => {
            setSource(null);
            keepDraft({ pem: null });
            void setUrl({ anchor: null, plan: null });
          }}
        />
        <HostStep
          remedy={remedy}
          chosen={chosen}
          hostIds={hostIds}
          onHostIds={(ids) => void setUrl({ hosts: [...new Set(ids)] })}
          includeForbidden={includeForbidden}
          onIncludeForbidden={setIncludeForbidden}
          anchor={source?.certificate.sha256 ?? anchor}
        />
        <PlanStep
          remedy={remedy}
          store={store}
          source={source}
          hostIds={targets}
          planId={plan}
          onPlan={(orderId) => void setUrl({ plan: orderId })}
        />
      </div>
    </>
  );
}
