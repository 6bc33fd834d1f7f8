import { me, setupRequest, setupStatus } from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { permissionsOf, viewerOf } from '../../http/permission.ts';
import { SetupService } from './setup.service.ts';

@ApiTags('accounts')
@Controller('/api/v1')
export class AccountsController {
  private readonly setup: SetupService;

  constructor(setup: SetupService) {
    this.setup = setup;
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
  @Api({ permission: 'account.read', summary: 'Who is signed in.', response: me })
  me(@Req() request: IncomingMessage) {
    const viewer = viewerOf(request);
    return { ...viewer, permissions: [...permissionsOf(viewer)] };
  }
}
