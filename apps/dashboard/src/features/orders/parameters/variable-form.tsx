'use client';

import { CA_VARIABLES } from '@trustfleet/protocol';
import { Field, FieldInput, FilterSelect } from '@trustfleet/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Parameters } from '../order-subject.ts';
import { AcceptButton, textOf, type FormProps } from './parameter-form.tsx';

const SCOPES = ['machine', 'user', 'service'] as const;
const VALUES = ['unionBundle', 'path'] as const;

interface Draft {
  readonly name: string;
  readonly scope: string;
  readonly owner: string;
  readonly value: string;
  readonly path: string;
}

function draftOf(given: Parameters | null): Draft {
  const value = given?.['value'];
  const known = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return {
    name: textOf(given, 'name', CA_VARIABLES[0]),
    scope: textOf(given, 'scope', 'machine'),
    owner: textOf(given, 'owner', ''),
    value: textOf(known, 'kind', 'unionBundle'),
    path: textOf(known, 'path', ''),
  };
}

function parametersOf({ name, scope, owner, value, path }: Draft, sets: boolean): Parameters {
  const where = { name, scope, ...(scope === 'machine' ? {} : { owner: owner.trim() }) };
  if (!sets) return where;
  return {
    ...where,
    value: value === 'path' ? { kind: 'path', path: path.trim() } : { kind: 'unionBundle' },
  };
}

/** One of the CA variables, in one scope. */
export function VariableForm({ remedy, given, onAccept }: FormProps) {
  const t = useTranslations('order.parameters');
  const [draft, setDraft] = useState(() => draftOf(given));
  const sets = remedy === 'variable.set';
  const change = (more: Partial<Draft>): void => {
    setDraft({ ...draft, ...more });
  };
  const needsPath = sets && draft.value === 'path';
  const complete =
    (draft.scope === 'machine' || draft.owner.trim() !== '') && (!needsPath || draft.path.trim() !== '');
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-4">
        <FilterSelect
          label={t('variable')}
          value={draft.name}
          options={CA_VARIABLES.map((value) => ({ value, label: value }))}
          onPick={(name) => {
            change({ name });
          }}
        />
        <FilterSelect
          label={t('scope')}
          value={draft.scope}
          options={SCOPES.map((value) => ({ value, label: t(`scopes.${value}`) }))}
          onPick={(scope) => {
            change({ scope });
          }}
        />
        {sets && (
          <FilterSelect
            label={t('value')}
            value={draft.value}
            options={VALUES.map((value) => ({ value, label: t(`values.${value}`) }))}
            onPick={(value) => {
              change({ value });
            }}
          />
        )}
      </div>
      {draft.scope !== 'machine' && (
        <Field label={t(draft.scope === 'user' ? 'account' : 'unit')}>
          <FieldInput
            value={draft.owner}
            maxLength={200}
            onChange={(event) => {
              change({ owner: event.target.value });
            }}
          />
        </Field>
      )}
      {needsPath && (
        <Field label={t('path')} hint={t('pathHint')}>
          <FieldInput
            value={draft.path}
            maxLength={4096}
            onChange={(event) => {
              change({ path: event.target.value });
            }}
          />
        </Field>
      )}
      <AcceptButton
        disabled={!complete}
        onClick={() => {
          onAccept(parametersOf(draft, sets));
        }}
      />
    </div>
  );
}
