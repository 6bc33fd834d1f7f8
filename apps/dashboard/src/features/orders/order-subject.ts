import type {
  AnchorRemedy,
  CreateAnchorOrder,
  CreateParameterOrder,
  OrderRemedy,
  OrderView,
  ParameterRemedy,
} from '@trustfleet/api';
import { hashKey } from '@tanstack/react-query';
import type { AnchorSource } from './anchor-source.ts';

export type Parameters = CreateParameterOrder['parameters'];

/** What an order is about: one certificate in one store (null: the operating system's own), or a remedy's own parameters. */
export type OrderSubject =
  | {
      readonly kind: 'anchor';
      readonly remedy: AnchorRemedy;
      readonly store: string | null;
      readonly source: AnchorSource;
    }
  | { readonly kind: 'parameters'; readonly remedy: ParameterRemedy; readonly parameters: Parameters };

type Asked = Pick<OrderView, 'remedy' | 'store' | 'anchor' | 'parameters'>;

/** Was this order made for just this? A plan counts for launching only then. */
export function isAbout(order: Asked, subject: OrderSubject): boolean {
  if (order.remedy !== (subject.remedy satisfies OrderRemedy)) return false;
  if (subject.kind === 'parameters') return hashKey([order.parameters]) === hashKey([subject.parameters]);
  return order.store === subject.store && order.anchor?.sha256 === subject.source.certificate.sha256;
}

/** How the API is told of it. */
export function requestOf(
  subject: OrderSubject,
):
  | Pick<CreateAnchorOrder, 'remedy' | 'store' | 'anchorPem' | 'anchorSha256'>
  | Pick<CreateParameterOrder, 'remedy' | 'parameters'> {
  if (subject.kind === 'parameters') return { remedy: subject.remedy, parameters: subject.parameters };
  const { remedy, store, source } = subject;
  return { remedy, ...(store === null ? {} : { store }), ...source.reference };
}
