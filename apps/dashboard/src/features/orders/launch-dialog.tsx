'use client';

import { Button, Dialog, Notice, visibleText } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import type { AnchorSource } from './anchor-source.ts';

export interface LaunchDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onLaunch: () => void;
  readonly source: AnchorSource;
  readonly hosts: number;
  readonly when: Date | null;
}

/** Trusting a CA is the strongest thing that this page can do: said plainly once more. */
export function LaunchDialog({ open, onOpenChange, onLaunch, source, hosts, when }: LaunchDialogProps) {
  const t = useTranslations();
  const format = useFormatter();
  const anchor = visibleText(source.certificate.commonName ?? source.certificate.subject);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('order.confirmTitle', { count: hosts })}
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
        <Notice tone="warn" title={t('order.confirmText', { count: hosts, anchor })} />
        <Print value={source.certificate.sha256} />
        <p className="text-muted">
          {when === null
            ? t('order.confirmNow')
            : t('order.confirmWhen', {
                time: format.dateTime(when, { dateStyle: 'full', timeStyle: 'short' }),
              })}
        </p>
      </div>
    </Dialog>
  );
}
