'use client';

import { CA_VARIABLES, clientName } from '@trustfleet/protocol';
import { Checkbox } from '@trustfleet/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import type { Parameters } from '../order-subject.ts';
import { AnchorChoice, toggled } from './anchor-choice.tsx';
import { AcceptButton, type FormProps } from './parameter-form.tsx';
import { UnionBundleMaker, type NamedBundle } from './union-bundle-maker.tsx';

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

function parametersOf({ targets: chosen, choices }: Draft, bundle: NamedBundle | null): Parameters {
  const { anchors, variables } = choices;
  return {
    targets: chosen.map((target) => ({ ...target })),
    choices: {
      anchors: [...anchors].sort(),
      bundle: bundle && { bundle: bundle.bundle, list: { ...bundle.list } },
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
  const [draft, setDraft] = useState<Draft>(() => draftOf.parse(given ?? { targets: [] }));
  const [bundle, setBundle] = useState<NamedBundle | null>(null);
  const { choices } = draft;
  const choose = (more: Partial<Draft['choices']>): void => {
    setDraft({ ...draft, choices: { ...choices, ...more } });
  };
  const nothing = choices.anchors.length === 0 && choices.variables.length === 0 && bundle === null;
  return (
    <div className="flex flex-col gap-5">
      <p>{draft.targets.length === 0 ? t('everything') : t('targets', { count: draft.targets.length })}</p>
      <AnchorChoice
        label={t('anchors')}
        chosen={choices.anchors}
        onChoose={(anchors) => {
          choose({ anchors: [...anchors] });
        }}
      />
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
      <fieldset className="flex flex-col gap-2 rounded-md border border-line p-3">
        <legend className="px-1 font-medium">{t('bundle')}</legend>
        <p className="text-muted">{t('bundleText')}</p>
        <UnionBundleMaker onMade={setBundle} />
      </fieldset>
      <AcceptButton
        disabled={nothing}
        onClick={() => {
          onAccept(parametersOf(draft, bundle));
        }}
      />
    </div>
  );
}
