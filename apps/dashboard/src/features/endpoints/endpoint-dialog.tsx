'use client';

import type { EndpointView, GroupView } from '@trustfleet/api';
import type { ClientName } from '@trustfleet/protocol';
import { Button, Dialog, Field, FieldInput } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { addressText } from '../../components/address-text.ts';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { ClientsField } from './clients-field.tsx';
import { readAddress } from './read-address.ts';
import { ScopeField, useFirstScope } from './scope-field.tsx';
import { saveEndpoint, type EndpointDraft } from './save-endpoint.ts';

/** What the form begins with: an endpoint that is changed, or an address that is proposed. */
export type EndpointStart = Pick<EndpointView, 'host' | 'port'> & Partial<EndpointView>;

interface FormProps {
  readonly start: EndpointStart | null;
  readonly groups: readonly GroupView[];
  readonly onDone: () => void;
}

interface Wrong {
  readonly name: boolean;
  readonly address: boolean;
  readonly clients: boolean;
}

const NOTHING_WRONG: Wrong = { name: false, address: false, clients: false };

function useSaving(id: string | undefined, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: EndpointDraft) => saveEndpoint(id, draft),
    onSuccess: () => {
      void client.invalidateQueries();
      onDone();
    },
  });
}

/** What stands in the form. */
interface Content {
  readonly name: string;
  readonly address: string;
  /** Null: all. */
  readonly clients: readonly ClientName[] | null;
  readonly groupId: string | null;
}

function contentOf(start: EndpointStart | null, firstGroup: string | null): Content {
  if (start === null) return { name: '', address: '', clients: null, groupId: firstGroup };
  const { name = '', host, port, clients = [], group } = start;
  return {
    name,
    address: addressText(host, port),
    clients: clients.length === 0 ? null : clients,
    groupId: group === undefined ? firstGroup : (group?.id ?? null),
  };
}

/** What is sent, or what is wrong with the content. */
function draftOf({ name, address, clients, groupId }: Content): {
  draft: EndpointDraft | null;
  wrong: Wrong;
} {
  const read = readAddress(address);
  const wrong = { name: name.trim() === '', address: read === null, clients: clients?.length === 0 };
  if (read === null || wrong.name || wrong.clients) return { draft: null, wrong };
  return { draft: { name: name.trim(), ...read, clients: [...(clients ?? [])], groupId }, wrong };
}

function EndpointForm({ start, groups, onDone }: FormProps) {
  const t = useTranslations();
  const first = useFirstScope(groups);
  const [content, setContent] = useState(() => contentOf(start, first));
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const saving = useSaving(start?.id, onDone);
  const put = (change: Partial<Content>): void => {
    setContent((before) => ({ ...before, ...change }));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const read = draftOf(content);
    setWrong(read.wrong);
    if (read.draft !== null) saving.mutate(read.draft);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      {saving.error !== null && <ProblemNotice problem={problemOf(saving.error)} />}
      <Field label={t('endpoints.name')} error={wrong.name ? t('endpoints.nameMissing') : null}>
        <FieldInput
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          value={content.name}
          onChange={(event) => {
            put({ name: event.target.value });
          }}
        />
      </Field>
      <Field
        label={t('endpoints.address')}
        hint={t('endpoints.addressHint')}
        error={wrong.address ? t('endpoints.addressWrong') : null}
      >
        <FieldInput
          name="address"
          required
          maxLength={300}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
          value={content.address}
          onChange={(event) => {
            put({ address: event.target.value });
          }}
        />
      </Field>
      <ScopeField
        groupId={content.groupId}
        groups={groups}
        onGroup={(groupId) => {
          put({ groupId });
        }}
      />
      <ClientsField
        clients={content.clients}
        onClients={(clients) => {
          put({ clients });
        }}
        incomplete={wrong.clients}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t('action.back')}</Button>
        <Button type="submit" variant="primary" disabled={saving.isPending}>
          {t(saving.isPending ? 'common.saving' : 'common.save')}
        </Button>
      </div>
    </form>
  );
}

export interface EndpointDialogProps {
  readonly start: EndpointStart | null;
  readonly groups: readonly GroupView[];
  readonly label: ReactNode;
  /** Spoken name where the same word stands in every row. */
  readonly spoken?: string;
  readonly size?: 'sm' | 'md';
  readonly variant?: 'primary' | 'secondary';
}

/** Adds an endpoint, or changes one. */
export function EndpointDialog({ start, groups, label, spoken, size, variant }: EndpointDialogProps) {
  const t = useTranslations();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size={size}
        variant={variant}
        aria-label={spoken}
        onClick={() => {
          setOpen(true);
        }}
      >
        {label}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t(start?.id === undefined ? 'endpoints.add' : 'endpoints.changeTitle')}
        description={t('endpoints.formText')}
        closeLabel={t('common.close')}
      >
        <EndpointForm
          start={start}
          groups={groups}
          onDone={() => {
            setOpen(false);
          }}
        />
      </Dialog>
    </>
  );
}
