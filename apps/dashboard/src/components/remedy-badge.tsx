import { anchorRemedy, parameterRemedy } from '@trustfleet/api';
import { Badge, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

const ANCHOR_KEYS = {
  'trustStore.addAnchor': 'order.words.add.kind',
  'trustStore.removeAnchor': 'order.words.remove.kind',
} as const;

/** Name of a remedy for people; one of another release is shown as it is called. */
export function RemedyName({ remedy }: { readonly remedy: string }) {
  const t = useTranslations();
  const anchor = anchorRemedy.safeParse(remedy);
  if (anchor.success) return t(ANCHOR_KEYS[anchor.data]);
  const known = parameterRemedy.safeParse(remedy);
  return known.success ? t(`remedies.${known.data}`) : <Untrusted text={remedy} />;
}

/** What an order or a job does with the CA that it is called by. */
export function RemedyBadge({ remedy }: { readonly remedy: string }) {
  return (
    <Badge tone={remedy === 'trustStore.removeAnchor' ? 'warn' : 'neutral'}>
      <RemedyName remedy={remedy} />
    </Badge>
  );
}
