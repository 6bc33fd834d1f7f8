import {
  hostSharedInstalls,
  sharedInstallDetail,
  sharedInstallListQuery,
  sharedInstallPage,
  sharedInstallQuery,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { InstallsService } from './installs.service.ts';

/** Whatever is no id is none of an install. */
const installId = z.string();
const hostId = z.uuid();

@ApiTags('installs')
@Controller('/api/v1')
export class InstallsController {
  private readonly installs: InstallsService;

  constructor(installs: InstallsService) {
    this.installs = installs;
  }

  @Get('shared-installs')
  @Api({
    permission: 'installs.read',
    summary:
      'What hosts use from network shares: the same object with the same content once, however many hosts see it.',
    response: sharedInstallPage,
  })
  list(
    @Query({ schema: sharedInstallListQuery }) query: z.infer<typeof sharedInstallListQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.installs.list(viewerOf(request), query);
  }

  @Get('shared-installs/:id')
  @Api({
    permission: 'installs.read',
    summary:
      'One shared install: its hosts, where each has it, what does not work through it, and what other hosts see in its place.',
    response: sharedInstallDetail,
  })
  detail(
    @Param('id', { schema: installId }) id: string,
    @Query({ schema: sharedInstallQuery }) query: z.infer<typeof sharedInstallQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.installs.detail(viewerOf(request), id, query);
  }

  @Get('hosts/:id/shared-installs')
  @Api({
    permission: 'installs.read',
    summary: 'What one host uses from network shares, with how many hosts use the same.',
    response: hostSharedInstalls,
  })
  ofHost(@Param('id', { schema: hostId }) id: string, @Req() request: IncomingMessage) {
    return this.installs.ofHost(viewerOf(request), id);
  }
}
