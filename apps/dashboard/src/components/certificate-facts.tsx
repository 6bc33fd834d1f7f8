'use client';

import type { CertificateView } from '@trustfleet/api';
import { Badge, Fact, Facts, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { useNow } from '../lib/i18n/reader-provider.tsx';
import { Day } from './ago.tsx';
import { Print } from './copyable.tsx';

export type CertificateFactsView = Omit<CertificateView, 'pem'>;

function Validity({ certificate }: { readonly certificate: CertificateFactsView }) {
  const t = useTranslations('certificate');
  const now = useNow();
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      <Day at={certificate.notBefore} />
      {'–'}
      <Day at={certificate.notAfter} />
      {new Date(certificate.notAfter) < now && <Badge tone="bad">{t('expired')}</Badge>}
      {new Date(certificate.notBefore) > now && <Badge tone="warn">{t('notYetValid')}</Badge>}
    </span>
  );
}

export function CertificateFacts({ certificate }: { readonly certificate: CertificateFactsView }) {
  const t = useTranslations();
  const { keyBits } = certificate;
  // OpenSSL's names are lower case; abbreviations are not words.
  const keyType = certificate.keyType.length <= 3 ? certificate.keyType.toUpperCase() : certificate.keyType;
  return (
    <Facts>
      <Fact name={t('certificate.subject')}>
        <Untrusted text={certificate.subject} />
      </Fact>
      <Fact name={t('certificate.issuer')}>
        {certificate.selfSigned ? t('certificate.selfSigned') : <Untrusted text={certificate.issuer} />}
      </Fact>
      <Fact name={t('certificate.valid')}>
        <Validity certificate={certificate} />
      </Fact>
      <Fact name={t('certificate.key')}>
        <Untrusted
          text={
            keyBits === null ? keyType : t('certificate.keyBits', { type: keyType, bits: String(keyBits) })
          }
        />
      </Fact>
      <Fact name={t('certificate.signature')}>
        <Untrusted text={certificate.signatureAlgorithm} />
      </Fact>
      <Fact name={t('certificate.authority')}>{t(certificate.isAuthority ? 'common.yes' : 'common.no')}</Fact>
      <Fact name={t('certificate.sha1')}>
        <Print value={certificate.sha1} />
        <span className="ms-2 text-[0.93rem] text-muted">{t('certificate.thumbprintHint')}</span>
      </Fact>
      <Fact name={t('certificate.sha256')}>
        <Print value={certificate.sha256} />
      </Fact>
    </Facts>
  );
}
