import {
  certificateDetail,
  createdEnrolmentToken,
  createEnrolmentToken,
  enrolmentTokenList,
  hostDetail,
  hostListQuery,
  hostPage,
  inspectRequest,
  inspectResponse,
  sha256Hex,
  timelinePage,
  timelineQuery,
  type HostListQuery,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Delete, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { EnrolmentService } from './enrolment.service.ts';
import { HostsService } from './hosts.service.ts';
import { TimelineService } from './timeline/timeline.service.ts';

const nothing = z.object({});

@ApiTags('fleet')
@Controller('/api/v1')
export class FleetController {
  private readonly hosts: HostsService;
  private readonly enrolment: EnrolmentService;
  private readonly history: TimelineService;

  constructor(hosts: HostsService, enrolment: EnrolmentService, history: TimelineService) {
    this.hosts = hosts;
    this.enrolment = enrolment;
    this.history = history;
  }

  @Get('hosts')
  @Api({ permission: 'hosts.read', summary: 'Hosts, filtered, sorted and paged.', response: hostPage })
  list(@Query({ schema: hostListQuery }) query: HostListQuery, @Req() request: IncomingMessage) {
    return this.hosts.list(viewerOf(request), query);
  }

  @Get('hosts/:id')
  @Api({
    permission: 'hosts.read',
    summary: 'One host with its sections, findings, jobs and certificates.',
    response: hostDetail,
  })
  host(@Param('id', { schema: z.uuid() }) id: string, @Req() request: IncomingMessage) {
    return this.hosts.detail(viewerOf(request), id);
  }

  @Get('hosts/:id/timeline')
  @Api({
    permission: 'hosts.read',
    summary: 'What happened to a host, newest first: what appeared, what left, which job did it.',
    response: timelinePage,
  })
  timeline(
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: timelineQuery }) query: z.infer<typeof timelineQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.history.page(viewerOf(request), id, query);
  }

  @Post('certificates/inspect')
  @Api({
    permission: 'certificates.read',
    summary: 'Whether a PEM text may become an anchor. Stores nothing.',
    response: inspectResponse,
  })
  inspect(@Body({ schema: inspectRequest }) body: z.infer<typeof inspectRequest>) {
    return this.hosts.inspect(body.pem);
  }

  @Get('certificates/:sha256')
  @Api({
    permission: 'certificates.read',
    summary: 'One certificate of the fleet.',
    response: certificateDetail,
  })
  certificate(@Param('sha256', { schema: sha256Hex }) sha256: string, @Req() request: IncomingMessage) {
    return this.hosts.certificate(viewerOf(request), sha256);
  }

  @Get('enrolment-tokens')
  @Api({
    permission: 'hosts.enrol',
    summary: 'Enrolment tokens that still admit hosts, without their secrets.',
    response: enrolmentTokenList,
  })
  listTokens(@Req() request: IncomingMessage) {
    return this.enrolment.listTokens(viewerOf(request));
  }

  @Delete('enrolment-tokens/:id')
  @Api({
    permission: 'hosts.enrol',
    summary: 'Takes an enrolment token back: it admits no host any more.',
    response: nothing,
  })
  async revokeToken(@Param('id', { schema: z.uuid() }) id: string, @Req() request: IncomingMessage) {
    await this.enrolment.revokeToken(viewerOf(request), id);
    return {};
  }

  @Post('enrolment-tokens')
  @Api({
    permission: 'hosts.enrol',
    summary: 'Makes an enrolment token, shown once.',
    response: createdEnrolmentToken,
    status: 201,
  })
  createToken(
    @Body({ schema: createEnrolmentToken }) body: z.infer<typeof createEnrolmentToken>,
    @Req() request: IncomingMessage,
  ) {
    return this.enrolment.createTokenFor(viewerOf(request), body);
  }
}
