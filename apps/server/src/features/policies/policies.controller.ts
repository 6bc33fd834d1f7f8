import { causeGroupList, findingListQuery, findingPage, overview, policyList } from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { PoliciesService } from './policies.service.ts';

@ApiTags('policies')
@Controller('/api/v1')
export class PoliciesController {
  private readonly policies: PoliciesService;

  constructor(policies: PoliciesService) {
    this.policies = policies;
  }

  @Get('overview')
  @Api({
    permission: 'policies.read',
    summary: 'Counters of the hosts that the caller sees.',
    response: overview,
  })
  overview(@Req() request: IncomingMessage) {
    return this.policies.overview(viewerOf(request));
  }

  @Get('policies')
  @Api({
    permission: 'policies.read',
    summary: 'Policies, with what the fleet says about each required anchor.',
    response: policyList,
  })
  list(@Req() request: IncomingMessage) {
    return this.policies.policies(viewerOf(request));
  }

  @Get('findings/causes')
  @Api({
    permission: 'findings.read',
    summary: 'Open findings of the hosts that the caller sees, by cause.',
    response: causeGroupList,
  })
  causes(@Req() request: IncomingMessage) {
    return this.policies.causes(viewerOf(request));
  }

  @Get('findings')
  @Api({ permission: 'findings.read', summary: 'Findings, blockers first.', response: findingPage })
  findings(
    @Query({ schema: findingListQuery }) query: z.infer<typeof findingListQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.policies.findings(viewerOf(request), query);
  }
}
