'use client';

import {
  MEDIA_REGIONS,
  mediaRegion,
  type EndpointTemplate,
  type GroupView,
  type MediaRegion,
} from '@trustfleet/api';
import { Badge, Button, Checkbox, Dialog, Field, FieldInput, FilterSelect, Untrusted } from '@trustfleet/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { useTranslations } from 'use-intl';
import { addressText } from '../../components/address-text.ts';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { fetchRead } from '../../lib/api/browser.ts';
import { reads } from '../../lib/api/reads.ts';
import { saveEndpoint } from './save-endpoint.ts';
import { ScopeField, useFirstScope } from './scope-field.tsx';

type Item = EndpointTemplate['items'][number];

interface SiteFormProps {
  readonly onTemplate: (items: readonly Item[]) => void;
}

function SiteForm({ onTemplate }: SiteFormProps) {
  const t = useTranslations('endpoints');
  const [site, setSite] = useState('');
  const [region, setRegion] = useState<MediaRegion>(MEDIA_REGIONS[0]);
  const [empty, setEmpty] = useState(false);
  const asking = useMutation({
    mutationFn: (query: { readonly site: string; readonly region: MediaRegion }) =>
      fetchRead(reads.endpointTemplate(query)),
    onSuccess: ({ items }) => {
      onTemplate(items);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setEmpty(site.trim() === '');
    if (site.trim() !== '') asking.mutate({ site: site.trim(), region });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {asking.error !== null && <ProblemNotice problem={problemOf(asking.error)} />}
      <Field label={t('site')} hint={t('siteHint')} error={empty ? t('siteMissing') : null}>
        <FieldInput
          name="site"
          required
          maxLength={300}
          autoComplete="off"
          spellCheck={false}
          value={site}
          onChange={(event) => {
            setSite(event.target.value);
          }}
        />
      </Field>
      <div className="flex flex-col items-start gap-1">
        <span aria-hidden="true" className="font-medium">
          {t('region')}
        </span>
        <FilterSelect
          label={t('region')}
          value={region}
          options={MEDIA_REGIONS.map((value) => ({ value, label: t(`regions.${value}`) }))}
          onPick={(value) => {
            setRegion(mediaRegion.parse(value));
          }}
        />
        <span className="text-[0.93rem] text-muted">{t('regionHint')}</span>
      </div>
      <Button type="submit" disabled={asking.isPending}>
        {t('propose')}
      </Button>
    </form>
  );
}

interface ChoiceProps {
  readonly items: readonly Item[];
  readonly groups: readonly GroupView[];
  readonly onDone: () => void;
}

function useAdding(onAdded: (address: string) => void, onDone: () => void) {
  const t = useTranslations('endpoints');
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: { readonly items: readonly Item[]; readonly groupId: string | null }) => {
      // One after the other: what was added before one is refused stays, and is not added again.
      for (const { purpose, host, port, clients } of wanted.items) {
        const name = t(`purposes.${purpose}`);
        await saveEndpoint(undefined, { name, host, port, clients, groupId: wanted.groupId });
        onAdded(addressText(host, port));
      }
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries(),
  });
}

function Choice({ items, groups, onDone }: ChoiceProps) {
  const t = useTranslations();
  const [groupId, setGroupId] = useState(useFirstScope(groups));
  const addresses = items.map(({ host, port }) => addressText(host, port));
  const [added, setAdded] = useState<ReadonlySet<string>>(
    new Set(addresses.filter((_, index) => items[index]?.exists)),
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(addresses.filter((address) => !added.has(address))),
  );
  const adding = useAdding((address) => {
    setAdded((before) => new Set([...before, address]));
  }, onDone);
  const open = items.filter((_, index) => {
    const address = addresses[index] ?? '';
    return chosen.has(address) && !added.has(address);
  });
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-4">
      {adding.error !== null && <ProblemNotice problem={problemOf(adding.error)} />}
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">{t('endpoints.choose')}</legend>
        {items.map((item, index) => {
          const address = addresses[index] ?? '';
          return (
            <Checkbox
              key={address}
              checked={chosen.has(address) || added.has(address)}
              disabled={added.has(address)}
              onCheckedChange={(checked) => {
                const others = [...chosen].filter((one) => one !== address);
                setChosen(new Set(checked ? [...others, address] : others));
              }}
            >
              <span className="font-medium">{t(`endpoints.purposes.${item.purpose}`)}</span>{' '}
              {added.has(address) && <Badge>{t('endpoints.there')}</Badge>}
              <Untrusted text={address} className="block font-mono text-[0.9em] break-all text-muted" />
            </Checkbox>
          );
        })}
      </fieldset>
      <ScopeField groupId={groupId} groups={groups} onGroup={setGroupId} />
      <Button
        variant="primary"
        disabled={adding.isPending || open.length === 0}
        onClick={() => {
          adding.mutate({ items: open, groupId });
        }}
      >
        {adding.isPending ? t('action.sending') : t('endpoints.addChosen', { count: open.length })}
      </Button>
    </div>
  );
}

/** What a studio on ShotGrid usually needs, from the name of its site. */
export function TemplateDialog({ groups }: { readonly groups: readonly GroupView[] }) {
  const t = useTranslations();
  const [open, setOpen] = useState(false);
  const [items, setItems] = useState<readonly Item[] | null>(null);
  const change = (next: boolean): void => {
    setOpen(next);
    setItems(null);
  };
  return (
    <>
      <Button
        onClick={() => {
          change(true);
        }}
      >
        {t('endpoints.fromSite')}
      </Button>
      <Dialog
        open={open}
        onOpenChange={change}
        title={t('endpoints.fromSite')}
        description={t('endpoints.fromSiteText')}
        closeLabel={t('common.close')}
      >
        <div className="flex flex-col gap-4">
          <SiteForm onTemplate={setItems} />
          {items !== null && (
            <Choice
              key={items.map(({ host }) => host).join(' ')}
              items={items}
              groups={groups}
              onDone={() => {
                change(false);
              }}
            />
          )}
        </div>
      </Dialog>
    </>
  );
}
