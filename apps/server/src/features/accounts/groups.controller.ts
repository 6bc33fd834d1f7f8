import { createGroup, groupList, groupView } from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { GroupsService } from './groups.service.ts';

@ApiTags('accounts')
@Controller('/api/v1')
export class GroupsController {
  private readonly groups: GroupsService;

  constructor(groups: GroupsService) {
    this.groups = groups;
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
