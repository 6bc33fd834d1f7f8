import { randomUUID } from 'node:crypto';
import type { CreatedInvitation, Me, invitationStatus } from '@trustfleet/api';
import type { Database, Invitation, NewAccount } from '@trustfleet/database';
import type { z } from 'zod';
import { notFound } from '../../http/api-problem.ts';
import { actorOf, permissionsOf, type Viewer } from '../../http/permission.ts';
import { requirePlainText } from '../../http/plain-text.ts';
import { beyondOwnGroups, emailTaken, invalidInvitation } from './account-problems.ts';
import { invitationView, isWithin } from './account-views.ts';
import { requireScope } from './accounts.service.ts';
import type { Accounts } from './auth.ts';
import { hashOfLink, newLinkToken } from './link-token.ts';
import { invitationRecord } from './open-links.ts';
import { requireStill } from './require-still.ts';

interface InvitationsOptions {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'hashPassword'>;
  /** Where browsers reach the dashboard. */
  readonly url: string;
  readonly now: () => Date;
}

const LINK_HOURS = 72;

/** New people, by a link that works once: an administrator hands it over, the person chooses the password. */
export class InvitationsService {
  private readonly options: InvitationsOptions;

  constructor(options: InvitationsOptions) {
    this.options = options;
  }

  /** @throws ApiProblem 409 where the address has an account, 403 where it has an invitation of groups that the viewer does not see, 403 and 422 as `requireScope` */
  async create(
    viewer: Viewer,
    request: Pick<Invitation, 'email' | 'role' | 'groups'>,
  ): Promise<CreatedInvitation> {
    const { token, hash } = newLinkToken();
    const createdAt = this.options.now();
    const invitation: Invitation = {
      id: randomUUID(),
      email: request.email.toLowerCase(),
      role: request.role,
      groups: request.groups,
      createdBy: viewer.name,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + LINK_HOURS * 3_600_000),
    };
    await this.options.database.change(actorOf(viewer), async (repositories) => {
      const maker = await requireStill(repositories, viewer, 'accounts.manage');
      await requireScope(repositories, maker, invitation.groups);
      if ((await repositories.accounts.byEmail(invitation.email)) !== null) throw emailTaken();
      const replaced = await repositories.invitations.create({ ...invitation, hash, createdById: maker.id });
      if (!replaced.every(({ groups }) => isWithin(groups, maker.groups))) throw beyondOwnGroups();
      const ended = replaced.map((earlier) => invitationRecord('invitation.revoke', earlier));
      return { result: undefined, audit: [...ended, invitationRecord('invitation.create', invitation)] };
    });
    return { ...invitationView(invitation), url: `${this.options.url}/invitation?token=${token}` };
  }

  /** @throws ApiProblem 404 for one that does not work any more */
  async revoke(viewer: Viewer, id: string): Promise<void> {
    await this.options.database.change(actorOf(viewer), async ({ invitations }) => {
      const invitation = await invitations.revoke(id, this.options.now());
      if (invitation === null || !isWithin(invitation.groups, viewer.groups)) throw notFound('invitation');
      return { result: undefined, audit: [invitationRecord('invitation.revoke', invitation)] };
    });
  }

  /** Who is invited as what. @throws ApiProblem 403 */
  async inspect(token: string): Promise<z.infer<typeof invitationStatus>> {
    const { email, role, expiresAt } = await this.find(token);
    return { email, role, expiresAt: expiresAt.toISOString() };
  }

  /** Makes the account. @throws ApiProblem 403 for a link that does not work, 409 where the address has an account by now */
  async accept(request: { token: string; name: string; password: string }): Promise<Me> {
    requirePlainText({ name: request.name, password: request.password });
    // Before any password is hashed: only the holder of a link costs this server more than a look-up.
    const invitation = await this.find(request.token);
    const account = await this.newAccount(request, invitation);
    const { id, name, email, role, groups } = account;
    await this.options.database.change(actorOf(account), async ({ accounts, invitations }) => {
      // Before the invitation, as who changes its maker's rights does: either the person comes in or the link ends.
      await accounts.lock(id);
      const used = await invitations.consume({ hash: hashOfLink(request.token), now: account.createdAt });
      if (used === null) throw invalidInvitation();
      if (!(await accounts.create(account))) throw emailTaken();
      return {
        result: undefined,
        audit: [
          {
            action: 'invitation.accept',
            subject: { kind: 'account', id, name },
            detail: { email, role, groups, invitation: used.id },
          },
        ],
      };
    });
    return { id, name, email, role, groups, permissions: [...permissionsOf({ role, groups })] };
  }

  private async find(token: string): Promise<Invitation> {
    const { database, now } = this.options;
    const invitation = await database.invitations.find({ hash: hashOfLink(token), now: now() });
    if (invitation === null) throw invalidInvitation();
    return invitation;
  }

  private async newAccount(
    request: { readonly name: string; readonly password: string },
    { email, role, groups }: Invitation,
  ): Promise<NewAccount> {
    return {
      id: randomUUID(),
      name: request.name,
      email,
      passwordHash: await this.options.accounts.hashPassword(request.password),
      role,
      groups,
      createdAt: this.options.now(),
    };
  }
}
