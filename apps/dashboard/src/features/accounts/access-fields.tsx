'use client';

import { role as roles, type GroupScope, type GroupView, type Role } from '@trustfleet/api';
import { Checkbox, Untrusted } from '@trustfleet/ui';
import { useId } from 'react';
import { useTranslations } from 'use-intl';

export interface Access {
  readonly role: Role;
  readonly groups: GroupScope;
}

function RoleField({ value, onRole }: { readonly value: Role; readonly onRole: (role: Role) => void }) {
  const t = useTranslations();
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t('accounts.role')}</legend>
      {roles.options.map((role) => (
        <label key={role} className="flex cursor-pointer items-start gap-2">
          <input
            type="radio"
            name={name}
            value={role}
            className="mt-0.5 size-4 accent-accent"
            checked={value === role}
            onChange={() => {
              onRole(role);
            }}
          />
          <span>
            <span className="font-medium">{t(`roles.${role}.name`)}</span>
            <span className="block text-[0.93rem] text-muted">{t(`roles.${role}.text`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface GroupFieldProps {
  readonly value: GroupScope;
  readonly groups: readonly GroupView[];
  readonly onGroups: (groups: GroupScope) => void;
}

function GroupField({ value, groups, onGroups }: GroupFieldProps) {
  const t = useTranslations('accounts');
  const chosen = value === 'all' ? [] : value;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t('sees')}</legend>
      <Checkbox
        checked={value === 'all'}
        onCheckedChange={(all) => {
          onGroups(all ? 'all' : []);
        }}
      >
        {t('allGroups')}
        <span className="block text-[0.93rem] text-muted">{t('allGroupsText')}</span>
      </Checkbox>
      {value !== 'all' &&
        groups.map((group) => (
          <Checkbox
            key={group.id}
            className="ms-6"
            checked={chosen.includes(group.id)}
            onCheckedChange={(checked) => {
              onGroups(checked ? [...chosen, group.id] : chosen.filter((id) => id !== group.id));
            }}
          >
            <Untrusted text={group.name} className="wrap-anywhere" />
          </Checkbox>
        ))}
    </fieldset>
  );
}

export const isWhole = ({ groups }: Access): boolean => groups === 'all' || groups.length > 0;

export interface AccessFieldsProps {
  readonly access: Access;
  readonly groups: readonly GroupView[];
  readonly onAccess: (access: Access) => void;
  /** Says that no group is chosen. */
  readonly incomplete: boolean;
}

/** What a person may do, and with which hosts. */
export function AccessFields({ access, groups, onAccess, incomplete }: AccessFieldsProps) {
  const t = useTranslations('accounts');
  return (
    <>
      <RoleField
        value={access.role}
        onRole={(role) => {
          onAccess({ ...access, role });
        }}
      />
      <GroupField
        value={access.groups}
        groups={groups}
        onGroups={(chosen) => {
          onAccess({ ...access, groups: chosen });
        }}
      />
      {incomplete && (
        <p role="alert" className="text-[0.93rem] font-medium text-bad">
          {t('noGroup')}
        </p>
      )}
    </>
  );
}
