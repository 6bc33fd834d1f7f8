import type { AccountList, AccountView, GroupScope, UpdateAccount } from '@trustfleet/api';
import type { Account, AuditRecord, ChangeRepositories, Database } from '@trustfleet/database';
import { notFound } from '../../http/api-problem.ts';
import { actorOf, type Viewer } from '../../http/permission.ts';
import { beyondOwnGroups, groupGone, lastAdministrator, ownAccount } from './account-problems.ts';
import { accountView, invitationView, isWithin } from './account-views.ts';
import { endLinks } from './open-links.ts';
import { requireStill } from './require-still.ts';

/** @throws ApiProblem 403 for groups that the viewer does not see, 422 for one that does not exist */
export async function requireScope(
  { groups }: Pick<ChangeRepositories, 'groups'>,
  viewer: Pick<Viewer, 'groups'>,
  asked: GroupScope,
): Promise<void> {
  if (!isWithin(asked, viewer.groups)) throw beyondOwnGroups();
  if (asked !== 'all' && (await groups.namesOf(asked)).size !== new Set(asked).size) throw groupGone();
}

/** An administrator who can mend everything: one must always be left. */
function rules(account: Pick<Account, 'role' | 'groups' | 'disabledAt'>): boolean {
  return account.role === 'administrator' && account.groups === 'all' && account.disabledAt === null;
}

/** People and what they may. */
export class AccountsService {
  private readonly database: Database;
  private readonly now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.database = database;
    this.now = now;
  }

  /** Everybody whose groups the viewer sees, and the viewer. */
  async list(viewer: Viewer): Promise<AccountList> {
    const accounts = await this.database.accounts.list();
    const invitations = await this.database.invitations.list(this.now());
    return {
      accounts: await this.views(
        accounts.filter(({ id, groups }) => id === viewer.id || isWithin(groups, viewer.groups)),
      ),
      invitations: invitations.filter(({ groups }) => isWithin(groups, viewer.groups)).map(invitationView),
    };
  }

  /**
   * Role, groups, disabling; counts from the account's next request on, its open streams end. Nobody changes their own: so no slip locks
   * one out, and one phished administrator needs a second one to hide. What the account may not hand out any more, and has, ends with it.
   */
  async update(viewer: Viewer, id: string, request: UpdateAccount): Promise<AccountView> {
    const account = await this.database.change(actorOf(viewer), async (repositories) => {
      const { account: before, administrators } = await repositories.accounts.lock(id);
      await requireStill(repositories, viewer, 'accounts.manage');
      if (before === null || !isWithin(before.groups, viewer.groups)) throw notFound('account');
      const after = this.changed(before, request);
      if (rules(before) && !rules(after) && administrators <= 1) throw lastAdministrator();
      if (viewer.id === id) throw ownAccount();
      if (request.groups !== undefined) await requireScope(repositories, viewer, request.groups);
      const changes = differences(before, after);
      if (Object.keys(changes).length === 0) return { result: after, audit: [] };
      await repositories.accounts.update(id, after);
      const ended = await endLinks(repositories, after, this.now());
      return { result: after, audit: [recordOf(before, changes), ...ended] };
    });
    const [view] = await this.views([account]);
    if (view === undefined) throw notFound('account');
    return view;
  }

  private async views(accounts: readonly Account[]): Promise<AccountView[]> {
    const lastSignIns = await this.database.accounts.lastSignIns(accounts.map(({ id }) => id));
    return accounts.map((account) => accountView(account, lastSignIns.get(account.id)));
  }

  private changed(before: Account, { role, groups, disabled }: UpdateAccount): Account {
    const wasDisabled = before.disabledAt !== null;
    return {
      ...before,
      role: role ?? before.role,
      groups: groups ?? before.groups,
      disabledAt:
        disabled === undefined || disabled === wasDisabled ? before.disabledAt : disabled ? this.now() : null,
    };
  }
}

function facts({ role, groups, disabledAt }: Account): Readonly<Record<string, unknown>> {
  return {
    role,
    groups: groups === 'all' ? groups : [...groups].sort(),
    disabled: disabledAt !== null,
  };
}

/** What differs, each with its old and its new value. */
function differences(before: Account, after: Account): Readonly<Record<string, unknown>> {
  const [old, fresh] = [facts(before), facts(after)];
  return Object.fromEntries(
    Object.keys(old)
      .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]))
      .map((name) => [name, { from: old[name], to: fresh[name] }]),
  );
}

function recordOf({ id, name }: Account, changes: Readonly<Record<string, unknown>>): AuditRecord {
  return { action: 'account.update', subject: { kind: 'account', id, name }, detail: changes };
}
