import type {
  HostSharedInstalls,
  SharedInstallDetail,
  SharedInstallListQuery,
  SharedInstallPage,
} from '@trustfleet/api';
import type { Database, SharedInstallUse, Viewer } from '@trustfleet/database';
import { remediesForCause } from '@trustfleet/remedies';
import { notFound } from '../../http/api-problem.ts';
import { requirePlainText } from '../../http/plain-text.ts';

function useView({
  group,
  seenFrom,
  ...use
}: SharedInstallUse): SharedInstallDetail['uses']['items'][number] {
  return { ...use, group: { ...group }, seenFrom: seenFrom.toISOString() };
}

/** What many hosts use from one share. */
export class InstallsService {
  private readonly database: Pick<Database, 'sharedInstalls'>;

  constructor(database: Pick<Database, 'sharedInstalls'>) {
    this.database = database;
  }

  async list(viewer: Viewer, query: SharedInstallListQuery): Promise<SharedInstallPage> {
    requirePlainText({ q: query.q });
    const { items, next } = await this.database.sharedInstalls.list(viewer, query);
    return { items: [...items], next };
  }

  async detail(
    viewer: Viewer,
    id: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<SharedInstallDetail> {
    const { sharedInstalls } = this.database;
    const install = await sharedInstalls.detail(viewer, id);
    if (install === null) throw notFound('shared install');
    const { items, next } = await sharedInstalls.uses(viewer, id, page);
    return {
      ...install,
      others: [...install.others],
      causes: install.causes.map((cause) => ({ ...cause, remedies: remediesForCause(cause.cause) })),
      uses: { items: items.map(useView), next },
    };
  }

  async ofHost(viewer: Viewer, hostId: string): Promise<HostSharedInstalls> {
    return { items: [...(await this.database.sharedInstalls.ofHost(viewer, hostId))] };
  }
}
