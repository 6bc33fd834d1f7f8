'use client';

import { Button, Dialog, type ButtonProps } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from './problem-panel.tsx';

export interface ConfirmActionProps {
  readonly label: string;
  /** Spoken name where the same word stands in every row. */
  readonly spoken: string;
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly send: () => Promise<unknown>;
  readonly variant?: ButtonProps['variant'];
}

/** An action that is said once more before it is done. */
export function ConfirmAction({ label, spoken, title, children, send, variant }: ConfirmActionProps) {
  const t = useTranslations();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const sending = useMutation({
    mutationFn: send,
    onSuccess: () => {
      setOpen(false);
      void client.invalidateQueries();
    },
  });
  const change = (next: boolean): void => {
    setOpen(next);
    if (next) sending.reset();
  };
  return (
    <>
      <Button
        size="sm"
        aria-label={spoken}
        onClick={() => {
          change(true);
        }}
      >
        {label}
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={title}
        closeLabel={t('common.close')}
        actions={
          <>
            <Button
              onClick={() => {
                change(false);
              }}
            >
              {t('action.back')}
            </Button>
            <Button
              variant={variant ?? 'primary'}
              disabled={sending.isPending}
              onClick={() => {
                sending.mutate();
              }}
            >
              {sending.isPending ? t('action.sending') : label}
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          {children}
          {sending.error !== null && <ProblemNotice problem={problemOf(sending.error)} />}
        </div>
      </Dialog>
    </>
  );
}
