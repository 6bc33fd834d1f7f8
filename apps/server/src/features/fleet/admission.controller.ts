import {
  changeHostSettings,
  holdRequest,
  hostRequest,
  hostSettingList,
  hostSettingView,
  hostSummary,
  moveHost,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, Param, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { Admission } from './admission.service.ts';
import { HostRequests } from './host-requests.service.ts';
import { HostSettings } from './host-settings.service.ts';

const hostId = z.uuid();
const hostSetting = z.object({ id: hostId, settingId: z.uuid() });
type HoldRequest = z.infer<typeof holdRequest>;

@ApiTags('fleet')
@Controller('/api/v1/hosts/:id')
export class AdmissionController {
  private readonly admission: Admission;
  private readonly settings: HostSettings;
  private readonly requests: HostRequests;

  constructor(admission: Admission, settings: HostSettings, requests: HostRequests) {
    this.admission = admission;
    this.settings = settings;
    this.requests = requests;
  }

  @Post('request')
  @Api({
    permission: 'orders.create',
    summary: 'Asks a connected host to look at itself, or to try its endpoints, at once.',
    response: hostSummary,
  })
  request(
    @Param('id', { schema: hostId }) id: string,
    @Body({ schema: hostRequest }) body: z.infer<typeof hostRequest>,
    @Req() request: IncomingMessage,
  ) {
    return this.requests.ask(viewerOf(request), id, body.what);
  }

  @Post('revoke')
  @Api({
    permission: 'hosts.manage',
    summary: 'Ends a host for good: its key is refused, its sockets are closed, its jobs end.',
    response: hostSummary,
  })
  revoke(
    @Param('id', { schema: hostId }) id: string,
    @Body({ schema: holdRequest }) body: HoldRequest,
    @Req() request: IncomingMessage,
  ) {
    return this.admission.revoke(viewerOf(request), id, body.reason);
  }

  @Post('release')
  @Api({
    permission: 'hosts.manage',
    summary: 'Ends a quarantine: the host is offered jobs again.',
    response: hostSummary,
  })
  release(
    @Param('id', { schema: hostId }) id: string,
    @Body({ schema: holdRequest }) body: HoldRequest,
    @Req() request: IncomingMessage,
  ) {
    return this.admission.release(viewerOf(request), id, body.reason);
  }

  @Post('group')
  @Api({ permission: 'hosts.manage', summary: 'Moves a host to another group.', response: hostSummary })
  move(
    @Param('id', { schema: hostId }) id: string,
    @Body({ schema: moveHost }) body: z.infer<typeof moveHost>,
    @Req() request: IncomingMessage,
  ) {
    return this.admission.move(viewerOf(request), id, body.groupId);
  }

  @Get('settings')
  @Api({
    permission: 'hosts.read',
    summary: 'Changes of the host’s own connection, newest first.',
    response: hostSettingList,
  })
  listSettings(@Param('id', { schema: hostId }) id: string, @Req() request: IncomingMessage) {
    return this.settings.list(viewerOf(request), id);
  }

  @Post('settings')
  @Api({
    permission: 'hosts.manage',
    summary: 'Changes the host’s own connection: tried by its agent, then kept or taken back.',
    response: hostSettingView,
    status: 201,
  })
  changeSettings(
    @Param('id', { schema: hostId }) id: string,
    @Body({ schema: changeHostSettings }) body: z.infer<typeof changeHostSettings>,
    @Req() request: IncomingMessage,
  ) {
    return this.settings.create(viewerOf(request), id, body);
  }

  @Post('settings/:settingId/withdraw')
  @Api({
    permission: 'hosts.manage',
    summary: 'Takes back a change of the host’s connection that its agent was never told of.',
    response: hostSettingView,
  })
  withdrawSettings(
    @Param({ schema: hostSetting }) { id, settingId }: z.infer<typeof hostSetting>,
    @Body({ schema: holdRequest }) body: HoldRequest,
    @Req() request: IncomingMessage,
  ) {
    return this.settings.withdraw(viewerOf(request), { hostId: id, id: settingId }, body.reason);
  }
}
