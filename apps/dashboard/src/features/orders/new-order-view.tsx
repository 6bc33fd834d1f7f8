'use client';

import { anchorRemedy, orderRemedy, parameterRemedy, type OrderRemedy } from '@trustfleet/api';
import { FilterSelect, Notice, Untrusted } from '@trustfleet/ui';
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
import type { OrderSubject } from './order-subject.ts';
import { isOrderedHere, ParameterStep } from './parameters/parameter-step.tsx';
import { PlanStep } from './plan-step.tsx';
import { wordsOf } from './remedy-words.ts';

function useDraftUrl() {
  const [url, setUrl] = useQueryStates(newOrderUrl);
  return { draft: cleanDraft(url), setUrl };
}

interface SubjectStep {
  readonly title: string;
  /** Null until it is chosen. */
  readonly subject: OrderSubject | null;
  /** The certificate that it is about, also before it was looked at. */
  readonly anchor: string | null;
  readonly step: React.ReactNode;
}

/** The first step: a certificate, or the remedy's own parameters. */
function useSubjectStep({ draft, setUrl }: ReturnType<typeof useDraftUrl>): SubjectStep {
  const t = useTranslations();
  const [source, setSource] = useState<AnchorSource | null>(null);
  const { remedy, store, anchor, parameters, changing } = draft;
  const parametric = parameterRemedy.safeParse(remedy);
  if (parametric.success) {
    const accepted = changing ? null : parameters;
    return {
      title: t(`remedies.${parametric.data}`),
      subject: accepted && { kind: 'parameters', remedy: parametric.data, parameters: accepted },
      anchor: null,
      step: (
        <ParameterStep
          remedy={parametric.data}
          given={parameters}
          accepted={accepted}
          onAccept={(next) => void setUrl({ parameters: next, changing: null })}
          onForget={() => void setUrl({ changing: true, plan: null })}
        />
      ),
    };
  }
  const of = anchorRemedy.parse(remedy);
  return {
    title: t(`order.words.${wordsOf(of)}.newTitle`),
    subject: source && { kind: 'anchor', remedy: of, store, source },
    anchor: source?.certificate.sha256 ?? anchor,
    step: (
      <CertificateStep
        remedy={of}
        known={anchor}
        source={source}
        onAccept={setSource}
        onForget={() => {
          setSource(null);
          keepDraft({ pem: null });
          void setUrl({ anchor: null, plan: null });
        }}
      />
    ),
  };
}

interface RemedyPickProps {
  readonly remedy: OrderRemedy;
  readonly onPick: (remedy: OrderRemedy) => void;
}

/** Which change it is to be; those whose parameters only another page knows are led to from there. */
function RemedyPick({ remedy, onPick }: RemedyPickProps) {
  const t = useTranslations();
  const shown = orderRemedy.options.filter((name) => name === remedy || isOrderedHere(name));
  return (
    <FilterSelect
      label={t('order.remedy')}
      value={remedy}
      options={shown.map((value) => {
        const anchor = anchorRemedy.safeParse(value);
        const label = anchor.success
          ? t(`order.words.${wordsOf(anchor.data)}.kind`)
          : t(`remedies.${parameterRemedy.parse(value)}`);
        return { value, label };
      })}
      onPick={(value) => {
        onPick(orderRemedy.parse(value));
      }}
    />
  );
}

/** What to do, hosts, plan, launch, on one page. */
export function NewOrderView() {
  const t = useTranslations();
  const url = useDraftUrl();
  const { draft, setUrl } = url;
  const { remedy, store, hostIds, plan } = draft;
  const { title, subject, anchor, step } = useSubjectStep(url);
  const [includeForbidden, setIncludeForbidden] = useState(false);
  const chosen = useChosenHosts(hostIds, remedy);
  const targets = [...chosen.permitted, ...(includeForbidden ? chosen.forbidden : [])].map((host) => host.id);
  return (
    <>
      <PageHeader
        title={title}
        parent={{ href: '/orders', label: t('orders.title') }}
        actions={
          <RemedyPick
            remedy={remedy}
            onPick={(next) => void setUrl({ remedy: next, parameters: null, changing: null, plan: null })}
          />
        }
      />
      <div className="flex max-w-4xl flex-col gap-5">
        {store !== null && (
          <Notice tone="accent" title={<Untrusted text={t('order.inStore', { store })} />} />
        )}
        {step}
        <HostStep
          remedy={remedy}
          chosen={chosen}
          hostIds={hostIds}
          onHostIds={(ids) => void setUrl({ hosts: [...new Set(ids)] })}
          includeForbidden={includeForbidden}
          onIncludeForbidden={setIncludeForbidden}
          anchor={anchor}
        />
        <PlanStep
          subject={subject}
          hostIds={targets}
          planId={plan}
          onPlan={(orderId) => void setUrl({ plan: orderId })}
        />
      </div>
    </>
  );
}
