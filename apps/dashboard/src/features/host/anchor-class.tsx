import type { AnchorClassView } from '@trustfleet/api';
import type { AnchorTrust, StoreEntry } from '@trustfleet/protocol';
import { Badge, Fact, Facts, Untrusted, type Tone } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Day } from '../../components/ago.tsx';

const CLASS_TONE: Readonly<Record<AnchorClassView['kind'], Tone>> = {
  knownBad: 'bad',
  interception: 'warn',
  unknown: 'warn',
  publicRemoved: 'warn',
  publicCurrent: 'neutral',
  approved: 'ok',
  knownBenign: 'neutral',
  operatingSystemVendor: 'neutral',
};
const TRUST_TONE: Readonly<Record<AnchorTrust, Tone>> = {
  servers: 'neutral',
  otherPurposes: 'neutral',
  distrusted: 'bad',
  deselected: 'warn',
};

/** What is known of an anchor, in two words. What is plainly public needs none. */
export function ClassBadge({ known }: { readonly known: AnchorClassView }) {
  const t = useTranslations('stores.classes');
  if (known.kind === 'publicCurrent') return null;
  return <Badge tone={CLASS_TONE[known.kind]}>{t(`${known.kind}.short`)}</Badge>;
}

export function TrustBadge({ trust }: { readonly trust: AnchorTrust }) {
  const t = useTranslations('stores.trust');
  return trust === 'servers' ? null : <Badge tone={TRUST_TONE[trust]}>{t(trust)}</Badge>;
}

function ClassWords({ known }: { readonly known: AnchorClassView }) {
  const t = useTranslations('stores');
  return (
    <>
      <p>{t(`classes.${known.kind}.long`)}</p>
      {known.saysItIs !== null && (
        <p>
          <Untrusted text={t('saysItIs', { vendor: known.saysItIs })} />
        </p>
      )}
      {known.entered !== null && (
        <p className="text-muted">
          <Untrusted text={t('entered', { version: known.entered.version })} />{' '}
          <Day at={`${known.entered.date}T00:00:00Z`} />
        </p>
      )}
      {known.left !== null && (
        <p className="text-muted">
          <Untrusted text={t('left', { version: known.left.version })} />{' '}
          <Day at={`${known.left.date}T00:00:00Z`} />
        </p>
      )}
    </>
  );
}

/** What is known of an anchor, and what the store says of it. */
export function AnchorStanding({
  known,
  entry,
}: {
  readonly known: AnchorClassView;
  readonly entry: StoreEntry | null;
}) {
  const t = useTranslations('stores');
  return (
    <Facts>
      <Fact name={t('class')}>
        <ClassWords known={known} />
      </Fact>
      {entry !== null && <Fact name={t('trustName')}>{t(`trust.${entry.trust}`)}</Fact>}
      {entry !== null && <Fact name={t('origin')}>{t(`origins.${entry.origin}`)}</Fact>}
      {entry?.name != null && (
        <Fact name={t('nameInStore')}>
          <Untrusted text={entry.name} />
        </Fact>
      )}
      {entry?.location != null && (
        <Fact name={t('location')}>
          <Untrusted text={entry.location} className="font-mono text-[0.9rem] break-all" />
        </Fact>
      )}
      {entry?.purposes != null && (
        <Fact name={t('purposes')}>
          {entry.purposes.length === 0 ? t('noPurposes') : <Untrusted text={entry.purposes.join(', ')} />}
        </Fact>
      )}
    </Facts>
  );
}
