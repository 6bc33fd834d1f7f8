import {
  acceptInvitation,
  createdInvitation,
  createInvitation,
  inspectInvitation,
  invitationStatus,
  me,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Delete, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { InvitationsService } from './invitations.service.ts';

const nothing = z.object({});

@ApiTags('accounts')
@Controller('/api/v1')
export class InvitationsController {
  private readonly invitations: InvitationsService;

  constructor(invitations: InvitationsService) {
    this.invitations = invitations;
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
}
