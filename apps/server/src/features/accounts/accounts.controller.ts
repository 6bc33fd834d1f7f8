import {
  acceptInvitation,
  accountList,
  accountView,
  createdInvitation,
  createGroup,
  createInvitation,
  groupList,
  groupView,
  inspectInvitation,
  invitationStatus,
  me,
  setupRequest,
  setupStatus,
  updateAccount,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Delete, Get, Param, Patch, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { permissionsOf, viewerOf } from '../../http/permission.ts';
import { AccountsService } from './accounts.service.ts';
import { GroupsService } from './groups.service.ts';
import { InvitationsService } from './invitations.service.ts';
import { SetupService } from './setup.service.ts';

/** better-auth's ids are not all UUIDs. */
const accountId = z.string().min(1).max(100);
const nothing = z.object({});

@ApiTags('accounts')
@Controller('/api/v1')
export class AccountsController {
  private readonly setup: SetupService;
  private readonly accounts: AccountsService;
  private readonly invitations: InvitationsService;
  private readonly groups: GroupsService;

  // eslint-disable-next-line @typescript-eslint/max-params -- Nest gives each service as a parameter of its own
  constructor(
    setup: SetupService,
    accounts: AccountsService,
    invitations: InvitationsService,
    groups: GroupsService,
  ) {
    this.setup = setup;
    this.accounts = accounts;
    this.invitations = invitations;
    this.groups = groups;
  }

  @Get('setup')
  @Api({
    permission: 'public',
    summary: 'Whether the first administrator is still to be made.',
    response: setupStatus,
  })
  async status() {
    return { needed: await this.setup.needed() };
  }

  @Post('setup')
  @Api({
    permission: 'public',
    summary: 'Makes the first administrator, by the one-time link that the server printed.',
    response: me,
    status: 201,
  })
  complete(@Body({ schema: setupRequest }) body: z.infer<typeof setupRequest>) {
    return this.setup.complete(body);
  }

  @Get('me')
  @Api({ permission: 'account.read', summary: 'Who is signed in, and what that person may.', response: me })
  me(@Req() request: IncomingMessage) {
    const viewer = viewerOf(request);
    return { ...viewer, permissions: [...permissionsOf(viewer)] };
  }

  @Get('accounts')
  @Api({
    permission: 'accounts.manage',
    summary: 'Accounts, and invitations that still work.',
    response: accountList,
  })
  list(@Req() request: IncomingMessage) {
    return this.accounts.list(viewerOf(request));
  }

  @Patch('accounts/:id')
  @Api({
    permission: 'accounts.manage',
    summary: 'Changes the role or the groups of an account, or disables it.',
    response: accountView,
  })
  update(
    @Param('id', { schema: accountId }) id: string,
    @Body({ schema: updateAccount }) body: z.infer<typeof updateAccount>,
    @Req() request: IncomingMessage,
  ) {
    return this.accounts.update(viewerOf(request), id, body);
  }

  @Post('invitations')
  @Api({
    permission: 'accounts.manage',
    summary: 'Invites a person by a link, shown once.',
    response: createdInvitation,
    status: 201,
  })
  invite(
    @Body({ schema: createInvitation }) body: z.infer<typeof createInvitation>,
    @Req() request: IncomingMessage,
  ) {
    return this.invitations.create(viewerOf(request), body);
  }

  @Delete('invitations/:id')
  @Api({ permission: 'accounts.manage', summary: 'Takes an invitation back.', response: nothing })
  async revoke(@Param('id', { schema: z.uuid() }) id: string, @Req() request: IncomingMessage) {
    await this.invitations.revoke(viewerOf(request), id);
    return {};
  }

  @Post('invitations/inspect')
  @Api({
    permission: 'public',
    summary: 'Who is invited as what, by the link’s token.',
    response: invitationStatus,
  })
  inspect(@Body({ schema: inspectInvitation }) body: z.infer<typeof inspectInvitation>) {
    return this.invitations.inspect(body.token);
  }

  @Post('invitations/accept')
  @Api({
    permission: 'public',
    summary: 'Makes the account of an invitation, by the link’s token.',
    response: me,
    status: 201,
  })
  accept(@Body({ schema: acceptInvitation }) body: z.infer<typeof acceptInvitation>) {
    return this.invitations.accept(body);
  }

  @Get('groups')
  @Api({ permission: 'hosts.read', summary: 'The groups that the caller sees.', response: groupList })
  listGroups(@Req() request: IncomingMessage) {
    return this.groups.list(viewerOf(request));
  }

  @Post('groups')
  @Api({ permission: 'groups.manage', summary: 'Makes a group.', response: groupView, status: 201 })
  createGroup(
    @Body({ schema: createGroup }) body: z.infer<typeof createGroup>,
    @Req() request: IncomingMessage,
  ) {
    return this.groups.create(viewerOf(request), body);
  }
}
