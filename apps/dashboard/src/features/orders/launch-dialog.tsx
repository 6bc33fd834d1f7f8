'use client';

import { Button, Dialog, Notice, Untrusted, visibleText } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Print } from '../../components/copyable.tsx';
import { useDuration } from '../../lib/i18n/use-duration.ts';
import type { OrderLimits } from './order-limits.ts';
import type { OrderSubject } from './order-subject.ts';
import { ParameterList } from './parameters/parameter-list.tsx';
import { wordsOf } from './remedy-words.ts';

const MINUTE_MS = 60_000;

export interface LaunchDialogProps {
  readonly subject: OrderSubject;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onLaunch: () => void;
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

interface SubjectWordsProps {
  readonly subject: OrderSubject;
  readonly hosts: number;
}

/** To trust a CA, or to trust it no more, is the strongest thing that this page can do: said plainly once more. */
function SubjectWords({ subject, hosts }: SubjectWordsProps) {
  const t = useTranslations();
  if (subject.kind === 'parameters')
    return (
      <>
        <Notice tone="warn" title={t('order.parameters.confirmText', { count: hosts })} />
        <ParameterList parameters={subject.parameters} />
      </>
    );
  const { certificate } = subject.source;
  const anchor = visibleText(certificate.commonName ?? certificate.subject);
  return (
    <>
      <Notice
        tone="warn"
        title={
          <Untrusted
            text={t(`order.words.${wordsOf(subject.remedy)}.confirmText`, { count: hosts, anchor })}
          />
        }
      />
      <Print value={certificate.sha256} />
    </>
  );
}

function useTitle({ subject, hosts }: SubjectWordsProps): string {
  const t = useTranslations();
  return subject.kind === 'anchor'
    ? t(`order.words.${wordsOf(subject.remedy)}.confirmTitle`, { count: hosts })
    : t('order.parameters.confirmTitle', { name: t(`remedies.${subject.remedy}`), count: hosts });
}

export function LaunchDialog({
  subject,
  open,
  onOpenChange,
  onLaunch,
  hosts,
  when,
  limits,
}: LaunchDialogProps) {
  const t = useTranslations();
  const format = useFormatter();
  const title = useTitle({ subject, hosts });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
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
        <SubjectWords subject={subject} hosts={hosts} />
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
