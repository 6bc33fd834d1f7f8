'use client';

import { CA_VARIABLES, clientName } from '@trustfleet/protocol';
import { Checkbox, Untrusted } from '@trustfleet/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { reads } from '../../../lib/api/reads.ts';
import { useRead } from '../../../lib/api/use-read.ts';
import type { Parameters } from '../order-subject.ts';
import { AcceptButton, type FormProps } from './parameter-form.tsx';

const targets = z.array(z.object({ python: z.string().nullable(), client: clientName, endpoint: z.uuid() }));

/** What the address brought of it; a list that is none means every program. */
const draftOf = z.object({
  targets: targets.catch([]),
  choices: z
    .object({
      anchors: z.array(z.string()).catch([]),
      variables: z.array(z.enum(CA_VARIABLES)).catch([]),
    })
    .catch({ anchors: [], variables: [] }),
});
type Draft = z.infer<typeof draftOf>;

const toggled = <T,>(list: readonly T[], item: T, on: boolean): T[] =>
  on ? [...new Set([...list, item])] : list.filter((other) => other !== item);

function parametersOf({ targets: chosen, choices }: Draft): Parameters {
  const { anchors, variables } = choices;
  return {
    targets: chosen.map((target) => ({ ...target })),
    choices: {
      anchors: [...anchors].sort(),
      bundle: null,
      variables: CA_VARIABLES.filter((name) => variables.includes(name)),
      packages: [],
      api: null,
      core: null,
    },
  };
}

/** What a host may choose from to make its programs verify: it takes the smallest part that does. */
export function RepairForm({ given, onAccept }: FormProps) {
  const t = useTranslations('order.parameters.repair');
  const { data: overview } = useRead(reads.overview);
  const [draft, setDraft] = useState<Draft>(() => draftOf.parse(given ?? { targets: [] }));
  const { choices } = draft;
  const choose = (more: Partial<Draft['choices']>): void => {
    setDraft({ ...draft, choices: { ...choices, ...more } });
  };
  const nothing = choices.anchors.length === 0 && choices.variables.length === 0;
  return (
    <div className="flex flex-col gap-5">
      <p>{draft.targets.length === 0 ? t('everything') : t('targets', { count: draft.targets.length })}</p>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">{t('anchors')}</legend>
        {overview?.anchors.length === 0 && <p className="text-muted">{t('noAnchors')}</p>}
        {overview?.anchors.map(({ sha256, name }) => (
          <Checkbox
            key={sha256}
            checked={choices.anchors.includes(sha256)}
            onCheckedChange={(on) => {
              choose({ anchors: toggled(choices.anchors, sha256, on) });
            }}
          >
            <Untrusted text={name} />
          </Checkbox>
        ))}
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">{t('variables')}</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {CA_VARIABLES.map((name) => (
            <Checkbox
              key={name}
              checked={choices.variables.includes(name)}
              onCheckedChange={(on) => {
                choose({ variables: toggled(choices.variables, name, on) });
              }}
            >
              <span className="font-mono text-[0.9em]">{name}</span>
            </Checkbox>
          ))}
        </div>
      </fieldset>
      <AcceptButton
        disabled={nothing}
        onClick={() => {
          onAccept(parametersOf(draft));
        }}
      />
    </div>
  );
}
