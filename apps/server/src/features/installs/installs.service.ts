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

/** SHA-256, hex. */
const IDS = /^[0-9a-f]{64}$/;

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
    const install = IDS.test(id) ? await sharedInstalls.detail(viewer, id) : null;
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
    const items = await this.database.sharedInstalls.ofHost(viewer, hostId);
    if (items === null) throw notFound('host');
    return { items: [...items] };
  }
}
