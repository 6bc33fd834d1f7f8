'use client';

import { Button, Dialog, Field, FieldInput, Untrusted, visibleText, type ButtonProps } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from './problem-panel.tsx';

/** As in the contract: a reason stays in the audit for good. */
const LONGEST_REASON = 500;

export interface ReasonActionProps<Answer> {
  /** Words of the button that opens the dialog. */
  readonly label: string;
  readonly title: ReactNode;
  /** What will happen, in plain words. */
  readonly children: ReactNode;
  /** Words of the button that does it. */
  readonly confirm: string;
  readonly send: (reason: string) => Promise<Answer>;
  readonly onDone?: (answer: Answer) => void;
  /** What cannot be taken back is confirmed by typing this name. */
  readonly typed?: string;
  readonly variant?: ButtonProps['variant'];
}

interface FormProps extends Omit<ReasonActionProps<unknown>, 'label' | 'title' | 'onDone' | 'send'> {
  readonly failure: Error | null;
  readonly sending: boolean;
  readonly onSend: (reason: string) => void;
  readonly onCancel: () => void;
}

function ReasonForm({ children, confirm, typed, variant, failure, sending, onSend, onCancel }: FormProps) {
  const t = useTranslations();
  const [reason, setReason] = useState('');
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState({ reason: false, name: false });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const found = {
      reason: reason.trim() === '',
      name: typed !== undefined && name.trim() !== visibleText(typed).trim(),
    };
    setWrong(found);
    if (!found.reason && !found.name) onSend(reason.trim());
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {children}
      {failure !== null && <ProblemNotice problem={problemOf(failure)} />}
      <Field
        label={t('order.reason')}
        hint={t('action.reasonHint')}
        error={wrong.reason ? t('order.reasonMissing') : null}
      >
        <FieldInput
          name="reason"
          required
          maxLength={LONGEST_REASON}
          value={reason}
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
      </Field>
      {typed !== undefined && (
        <Field
          label={<Untrusted text={t('action.typeName', { name: visibleText(typed) })} />}
          error={wrong.name ? t('action.nameDiffers') : null}
        >
          <FieldInput
            name="typed"
            required
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </Field>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{t('action.back')}</Button>
        <Button type="submit" variant={variant === 'danger' ? 'danger' : 'primary'} disabled={sending}>
          {sending ? t('action.sending') : confirm}
        </Button>
      </div>
    </form>
  );
}

/** A button whose action is explained, given a reason and confirmed in a dialog. What the answer changes is read again. */
export function ReasonAction<Answer>({ label, title, send, onDone, ...form }: ReasonActionProps<Answer>) {
  const t = useTranslations('common');
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const sending = useMutation({
    mutationFn: send,
    onSuccess: (answer) => {
      setOpen(false);
      void client.invalidateQueries();
      onDone?.(answer);
    },
  });
  const change = (next: boolean): void => {
    setOpen(next);
    if (next) sending.reset();
  };
  return (
    <>
      <Button
        variant={form.variant ?? 'secondary'}
        onClick={() => {
          change(true);
        }}
      >
        {label}
      </Button>
      <Dialog open={open} onOpenChange={change} title={title} closeLabel={t('close')}>
        <ReasonForm
          {...form}
          failure={sending.error}
          sending={sending.isPending}
          onSend={sending.mutate}
          onCancel={() => {
            change(false);
          }}
        />
      </Dialog>
    </>
  );
}
