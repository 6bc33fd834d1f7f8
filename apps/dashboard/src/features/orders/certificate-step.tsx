'use client';

import { API_ROUTES, inspectResponse, type AnchorRemedy } from '@trustfleet/api';
import { Button, Card, Notice, Skeleton } from '@trustfleet/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { CertificateFacts } from '../../components/certificate-facts.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { post } from '../../lib/api/browser.ts';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import type { AnchorSource } from './anchor-source.ts';
import { PasteForm } from './paste-form.tsx';
import { RefusalNotice } from './refusal-notice.tsx';
import { wordsOf } from './remedy-words.ts';

/** A certificate that the server holds; one that is to be trusted passes the same inspection as a pasted one. */
function KnownCertificate({
  remedy,
  sha256,
  onAccept,
}: {
  readonly remedy: AnchorRemedy;
  readonly sha256: string;
  readonly onAccept: (source: AnchorSource) => void;
}) {
  const t = useTranslations('common');
  // What may not be trusted may well be removed.
  const judged = remedy === 'trustStore.addAnchor';
  const certificate = useRead(reads.certificate(sha256));
  const pem = certificate.data?.pem;
  const inspection = useQuery({
    queryKey: ['inspection', sha256],
    queryFn: () => post({ path: API_ROUTES.inspectCertificate, body: { pem }, schema: inspectResponse }),
    enabled: pem !== undefined && judged,
  });
  const data = certificate.data;
  const accepted = !judged || inspection.data?.refusals.length === 0;
  useEffect(() => {
    if (data && accepted) onAccept({ certificate: data, reference: { anchorSha256: data.sha256 } });
  }, [data, accepted, onAccept]);
  const error = certificate.error ?? inspection.error;
  if (error !== null)
    return (
      <ProblemNotice
        problem={problemOf(error)}
        onRetry={() => void (certificate.error ? certificate.refetch() : inspection.refetch())}
      />
    );
  if (inspection.data && !accepted) {
    return (
      <div className="flex flex-col gap-4">
        <RefusalNotice refusals={inspection.data.refusals} />
        {data && <CertificateFacts certificate={data} />}
      </div>
    );
  }
  return <Skeleton label={t('loading')} rows={4} />;
}

/** A removal that policy is against: nothing forbids it, and it should be known. */
function RequiredNotice({ sha256 }: { readonly sha256: string }) {
  const t = useTranslations('order');
  const { data: overview } = useRead(reads.overview);
  if (overview?.anchors.some((anchor) => anchor.sha256 === sha256) !== true) return null;
  return (
    <Notice tone="warn" title={t('removesRequired')}>
      {t('removesRequiredText')}
    </Notice>
  );
}

export interface CertificateStepProps {
  readonly remedy: AnchorRemedy;
  /** Fingerprint from the address; null: a certificate is to be pasted. */
  readonly known: string | null;
  readonly source: AnchorSource | null;
  readonly onAccept: (source: AnchorSource) => void;
  readonly onForget: () => void;
}

export function CertificateStep({ remedy, known, source, onAccept, onForget }: CertificateStepProps) {
  const t = useTranslations('order');
  const another = (
    <Button size="sm" onClick={onForget}>
      {t('another')}
    </Button>
  );
  return (
    <Card title={t('stepCertificate')} actions={source !== null || known !== null ? another : undefined}>
      {source !== null && (
        <div className="flex flex-col gap-4">
          <Notice tone="ok" role="status" title={t(`words.${wordsOf(remedy)}.accepted`)}>
            {t(`words.${wordsOf(remedy)}.acceptedText`)}
          </Notice>
          {remedy === 'trustStore.removeAnchor' && <RequiredNotice sha256={source.certificate.sha256} />}
          <CertificateFacts certificate={source.certificate} />
        </div>
      )}
      {source === null && known !== null && (
        <KnownCertificate remedy={remedy} sha256={known} onAccept={onAccept} />
      )}
      {source === null && known === null && <PasteForm onAccept={onAccept} />}
    </Card>
  );
}
