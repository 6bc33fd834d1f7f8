import { randomUUID } from 'node:crypto';
import type { GroupView } from '@trustfleet/api';
import type { Database } from '@trustfleet/database';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { nameTaken } from './account-problems.ts';
import { groupView } from './account-views.ts';

/** Sets of hosts: the unit of permission. */
export class GroupsService {
  private readonly database: Database;
  private readonly now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.database = database;
    this.now = now;
  }

  async list(viewer: Viewer): Promise<{ items: GroupView[] }> {
    return { items: (await this.database.groups.list(viewer)).map(groupView) };
  }

  /** @throws ApiProblem 409 where the name is taken */
  async create(viewer: Viewer, { name }: { readonly name: string }): Promise<GroupView> {
    requirePlainText({ name });
    const group = { id: randomUUID(), name };
    await this.database.change(actorOf(viewer), async ({ groups }) => {
      if (!(await groups.create({ ...group, createdAt: this.now() }))) throw nameTaken();
      return {
        result: undefined,
        audit: [{ action: 'group.create', subject: { kind: 'group', ...group }, detail: {} }],
      };
    });
    return groupView({ ...group, isDefault: false, hosts: 0 });
  }
}
