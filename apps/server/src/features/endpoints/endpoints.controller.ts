import {
  createEndpoint,
  endpointList,
  endpointProposals,
  endpointTemplate,
  endpointTemplateQuery,
  endpointView,
  updateEndpoint,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { EndpointsService } from './endpoints.service.ts';

const endpointId = z.uuid();
const nothing = z.object({});

@ApiTags('endpoints')
@Controller('/api/v1/endpoints')
export class EndpointsController {
  private readonly endpoints: EndpointsService;

  constructor(endpoints: EndpointsService) {
    this.endpoints = endpoints;
  }

  @Get()
  @Api({
    permission: 'endpoints.read',
    summary: 'Addresses that hosts must reach: those of every host and of the caller’s groups.',
    response: endpointList,
  })
  list(@Req() request: IncomingMessage) {
    return this.endpoints.list(viewerOf(request));
  }

  @Post()
  @Api({
    permission: 'endpoints.manage',
    summary: 'Adds an endpoint for every host or for one group; connected agents are told at once.',
    response: endpointView,
    status: 201,
  })
  create(
    @Body({ schema: createEndpoint }) body: z.infer<typeof createEndpoint>,
    @Req() request: IncomingMessage,
  ) {
    return this.endpoints.create(viewerOf(request), body);
  }

  @Get('template')
  @Api({
    permission: 'endpoints.read',
    summary: 'What a studio with this ShotGrid site usually needs, to be chosen from. Stores nothing.',
    response: endpointTemplate,
  })
  template(
    @Query({ schema: endpointTemplateQuery }) query: z.infer<typeof endpointTemplateQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.endpoints.template(viewerOf(request), query);
  }

  @Get('proposals')
  @Api({
    permission: 'endpoints.read',
    summary: 'Sites that hosts’ Toolkit configurations name and that are no endpoint of those hosts.',
    response: endpointProposals,
  })
  proposals(@Req() request: IncomingMessage) {
    return this.endpoints.proposals(viewerOf(request));
  }

  @Patch(':id')
  @Api({
    permission: 'endpoints.manage',
    summary: 'Changes an endpoint; what is not named stays as it is.',
    response: endpointView,
  })
  update(
    @Param('id', { schema: endpointId }) id: string,
    @Body({ schema: updateEndpoint }) body: z.infer<typeof updateEndpoint>,
    @Req() request: IncomingMessage,
  ) {
    return this.endpoints.update(viewerOf(request), id, body);
  }

  @Delete(':id')
  @Api({
    permission: 'endpoints.manage',
    summary: 'Removes an endpoint: agents stop reaching for it and its findings are closed.',
    response: nothing,
  })
  async remove(@Param('id', { schema: endpointId }) id: string, @Req() request: IncomingMessage) {
    await this.endpoints.remove(viewerOf(request), id);
    return {};
  }
}
