'use client';

import { API_ROUTES, type JobDetail } from '@trustfleet/api';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { ReasonAction } from '../../components/reason-action.tsx';
import { post } from '../../lib/api/browser.ts';
import { May } from '../../lib/permissions/may.tsx';

/** The new order that an undo answers. */
const created = z.object({ id: z.uuid() });

/** What may still be done about a job: give it up, or take back what it changed. */
export function JobActions({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('job');
  const router = useRouter();
  return (
    <May needs="orders.create">
      {job.cancellable && job.cancelRequestedAt === null && (
        <ReasonAction
          label={t('cancel')}
          title={t('cancelTitle')}
          confirm={t('cancel')}
          send={(reason) =>
            post({ path: API_ROUTES.cancelJob(job.id), body: { reason }, schema: z.unknown() })
          }
        >
          <p>{t('cancelText')}</p>
        </ReasonAction>
      )}
      {job.undoable && (
        <ReasonAction
          label={t('undo')}
          title={t('undoTitle')}
          confirm={t('undo')}
          send={(reason) => post({ path: API_ROUTES.undoJob(job.id), body: { reason }, schema: created })}
          onDone={({ id }) => {
            router.push(`/orders/${id}`);
          }}
        >
          <p>{t('undoText')}</p>
        </ReasonAction>
      )}
    </May>
  );
}
