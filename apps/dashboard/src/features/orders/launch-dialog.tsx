'use client';

import type { AnchorRemedy } from '@trustfleet/api';
import { Button, Dialog, Notice, Untrusted, visibleText } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import { useDuration } from '../../lib/i18n/use-duration.ts';
import type { AnchorSource } from './anchor-source.ts';
import type { OrderLimits } from './order-limits.ts';
import { wordsOf } from './remedy-words.ts';

const MINUTE_MS = 60_000;

export interface LaunchDialogProps {
  readonly remedy: AnchorRemedy;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onLaunch: () => void;
  readonly source: AnchorSource;
  readonly hosts: number;
  readonly when: Date | null;
  readonly limits: OrderLimits;
}

function LimitsWords({ limits }: { readonly limits: OrderLimits }) {
  const t = useTranslations('order.limits');
  const duration = useDuration();
  const { attempts, waitMinutes, watchMinutes } = limits;
  return (
    <>
      {attempts > 1 && (
        <p className="text-muted">
          {t('confirmAttempts', { count: attempts, duration: duration(waitMinutes * MINUTE_MS) })}
        </p>
      )}
      {watchMinutes > 0 && (
        <p className="text-muted">{t('confirmWatch', { duration: duration(watchMinutes * MINUTE_MS) })}</p>
      )}
    </>
  );
}

/** To trust a CA, or to trust it no more, is the strongest thing that this page can do: said plainly once more. */
export function LaunchDialog({
  remedy,
  open,
  onOpenChange,
  onLaunch,
  source,
  hosts,
  when,
  limits,
}: LaunchDialogProps) {
  const t = useTranslations();
  const format = useFormatter();
  const anchor = visibleText(source.certificate.commonName ?? source.certificate.subject);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t(`order.words.${wordsOf(remedy)}.confirmTitle`, { count: hosts })}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button
            onClick={() => {
              onOpenChange(false);
            }}
          >
            {t('common.cancel')}
          </Button>
          <Button variant="primary" onClick={onLaunch}>
            {t(when === null ? 'order.launchNow' : 'order.schedule')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Notice
          tone="warn"
          title={
            <Untrusted text={t(`order.words.${wordsOf(remedy)}.confirmText`, { count: hosts, anchor })} />
          }
        />
        <Print value={source.certificate.sha256} />
        <p className="text-muted">
          {when === null
            ? t('order.confirmNow')
            : t('order.confirmWhen', {
                time: format.dateTime(when, { dateStyle: 'full', timeStyle: 'short' }),
              })}
        </p>
        <LimitsWords limits={limits} />
      </div>
    </Dialog>
  );
}
