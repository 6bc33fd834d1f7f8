import { accountList, accountView, me, setupRequest, setupStatus, updateAccount } from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, Param, Patch, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { permissionsOf, viewerOf } from '../../http/permission.ts';
import { AccountsService } from './accounts.service.ts';
import { SetupService } from './setup.service.ts';

/** better-auth's ids are not all UUIDs. */
const accountId = z.string().regex(/^[\w-]{1,100}$/);

@ApiTags('accounts')
@Controller('/api/v1')
export class AccountsController {
  private readonly setup: SetupService;
  private readonly accounts: AccountsService;

  constructor(setup: SetupService, accounts: AccountsService) {
    this.setup = setup;
    this.accounts = accounts;
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
}
