'use client';

import { API_ROUTES, groupView, type GroupView } from '@trustfleet/api';
import { Badge, Button, Card, Field, FieldInput, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { post } from '../../lib/api/browser.ts';

function NewGroup() {
  const t = useTranslations('accounts');
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [empty, setEmpty] = useState(false);
  const making = useMutation({
    mutationFn: (body: { name: string }) => post({ path: API_ROUTES.groups, body, schema: groupView }),
    onSuccess: () => {
      setName('');
      void client.invalidateQueries();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setEmpty(name.trim() === '');
    if (name.trim() !== '') making.mutate({ name: name.trim() });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3 border-t border-line p-4">
      {making.error !== null && <ProblemNotice problem={problemOf(making.error)} />}
      <div className="flex flex-wrap items-end gap-3">
        <Field label={t('newGroup')} error={empty ? t('groupNameMissing') : null} className="min-w-56 flex-1">
          <FieldInput
            name="group"
            required
            maxLength={100}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </Field>
        <Button type="submit" disabled={making.isPending}>
          {t('makeGroup')}
        </Button>
      </div>
    </form>
  );
}

/** Groups of hosts: a person sees the hosts of theirs. */
export function GroupsCard({ groups }: { readonly groups: readonly GroupView[] }) {
  const t = useTranslations('accounts');
  const hosts = useTranslations('hosts');
  return (
    <Card title={t('groups')} description={t('groupsText')} flush>
      <Table label={t('groups')} stacked>
        <thead>
          <tr>
            <Th>{t('group')}</Th>
            <Th>{t('hosts')}</Th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Tr key={group.id}>
              <Td className="font-medium">
                <Untrusted text={group.name} className="wrap-anywhere" />
                {group.isDefault && <Badge className="ms-2">{t('defaultGroup')}</Badge>}
              </Td>
              <Td>
                <TextLink href={`/hosts?groupId=${group.id}`}>
                  {hosts('count', { count: group.hosts })}
                </TextLink>
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      <NewGroup />
    </Card>
  );
}
