import type { ClientName } from '@trustfleet/protocol';
import { useTranslations } from 'use-intl';

/** What people call a client: `shotgun_api3, uploads to the site`. */
export function useClientName(): (client: ClientName) => string {
  const t = useTranslations('verdict.clients');
  return (client) => t(client);
}
