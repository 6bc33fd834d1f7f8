'use client';

import { Dialog, Untrusted } from '@trustfleet/ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { CertificateFacts, type CertificateFactsView } from '../../components/certificate-facts.tsx';

export function CertificateDialog({
  certificate,
  onClose,
  children,
}: {
  readonly certificate: CertificateFactsView | null;
  readonly onClose: () => void;
  /** What more there is to say of it. */
  readonly children?: ReactNode;
}) {
  const t = useTranslations();
  return (
    <Dialog
      open={certificate !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={<Untrusted text={certificate?.commonName ?? t('certificate.title')} />}
      closeLabel={t('common.close')}
      wide
    >
      {certificate && (
        <div className="flex flex-col gap-4">
          <CertificateFacts certificate={certificate} />
          {children}
        </div>
      )}
    </Dialog>
  );
}
