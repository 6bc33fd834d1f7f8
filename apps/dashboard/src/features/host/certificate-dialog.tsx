'use client';

import { Dialog, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { CertificateFacts, type CertificateFactsView } from '../../components/certificate-facts.tsx';

export function CertificateDialog({
  certificate,
  onClose,
}: {
  readonly certificate: CertificateFactsView | null;
  readonly onClose: () => void;
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
      {certificate && <CertificateFacts certificate={certificate} />}
    </Dialog>
  );
}
