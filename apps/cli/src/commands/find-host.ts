import { API_ROUTES, hostPage, type HostSummary } from '@trustfleet/api';
import { CliError, plain } from '@trustfleet/terminal';
import type { ApiClient } from '../client/api-client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Hosts of one name that are named in the message. */
const SHOWN = 5;

/** Id of a host given by id or by its exact name. @throws CliError where none or several have that name */
export async function hostIdOf(client: ApiClient, host: string): Promise<string> {
  if (UUID.test(host)) return host;
  const query = new URLSearchParams({ q: host, pageSize: '200' });
  const { items } = await client.get(`${API_ROUTES.hosts}?${query.toString()}`, hostPage);
  const named = items.filter((item: HostSummary) => item.name.toLowerCase() === host.toLowerCase());
  const [first, ...others] = named;
  if (first === undefined)
    throw new CliError(
      `There is no host "${plain(host)}" that you may see. trustfleet hosts list --search shows what there is.`,
    );
  if (others.length > 0)
    throw new CliError(
      `${named.length} hosts are called "${plain(host)}": name one by its id, e.g. ${named
        .slice(0, SHOWN)
        .map(({ id }) => id)
        .join(', ')}.`,
    );
  return first.id;
}
