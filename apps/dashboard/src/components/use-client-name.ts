import { clientName, type ClientName } from '@trustfleet/protocol';
import { useTranslations } from 'use-intl';

/** What people call a client: `shotgun_api3, uploads to the site`. */
export function useClientName(): (client: ClientName) => string {
  const t = useTranslations('verdict.clients');
  return (client) => t(client);
}

/** The same for one that may be of another release: by its own name then. */
export function useAnyClientName(): (client: string) => string {
  const nameOf = useClientName();
  return (client) => {
    const known = clientName.safeParse(client);
    return known.success ? nameOf(known.data) : client;
  };
}
