'use client';

import { anchorRemedy, type OrderRemedy, type ParameterRemedy } from '@trustfleet/api';
import { Button, Card } from '@trustfleet/ui';
import type { ReactElement } from 'react';
import { useTranslations } from 'use-intl';
import type { Parameters } from '../order-subject.ts';
import { BundleForm } from './bundle-form.tsx';
import { AcceptButton, type FormProps } from './parameter-form.tsx';
import { ParameterList } from './parameter-list.tsx';
import { RepairForm } from './repair-form.tsx';
import { TextForm } from './text-form.tsx';
import { VariableForm } from './variable-form.tsx';

/** Remedies that this page has a form for; others are ordered from where their parameters are known (a link brings them). */
const FORMS: { readonly [Name in ParameterRemedy]?: (props: FormProps) => ReactElement } = {
  'bundle.deploy': (props) => <BundleForm {...props} />,
  'variable.set': (props) => <VariableForm {...props} />,
  'variable.unset': (props) => <VariableForm {...props} />,
  'trust.repair': (props) => <RepairForm {...props} />,
  'python.upgradePackage': (props) => (
    <TextForm {...props} names={['python', 'package', 'version']} fixed={{ source: { kind: 'index' } }} />
  ),
  'toolkit.upgradeCore': (props) => <TextForm {...props} names={['configuration', 'version']} fixed={{}} />,
  'code.report': ({ onAccept }) => (
    <AcceptButton
      disabled={false}
      onClick={() => {
        onAccept({});
      }}
    />
  ),
};

/** Can somebody begin such an order with nothing? */
export const isOrderedHere = (remedy: OrderRemedy): boolean =>
  anchorRemedy.safeParse(remedy).success || remedy in FORMS;

export interface ParameterStepProps {
  readonly remedy: ParameterRemedy;
  /** What the address brought, accepted or not. */
  readonly given: Parameters | null;
  readonly accepted: Parameters | null;
  readonly onAccept: (parameters: Parameters) => void;
  readonly onForget: () => void;
}

/** What a remedy is to do, where that is no certificate. */
export function ParameterStep({ remedy, given, accepted, onAccept, onForget }: ParameterStepProps) {
  const t = useTranslations('order.parameters');
  const form = FORMS[remedy];
  const change = (
    <Button size="sm" onClick={onForget}>
      {t('change')}
    </Button>
  );
  return (
    <Card
      title={t('step')}
      description={t(`texts.about.${remedy}`)}
      actions={accepted === null ? undefined : change}
    >
      {accepted === null ? (
        (form?.({ remedy, given, onAccept }) ?? <p className="text-muted">{t('noForm')}</p>)
      ) : (
        <ParameterList parameters={accepted} />
      )}
    </Card>
  );
}
