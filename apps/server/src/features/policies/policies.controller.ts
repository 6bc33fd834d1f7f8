import { findingListQuery, findingPage, overview, policyList } from '@trustfleet/api';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { PoliciesService } from './policies.service.ts';

@ApiTags('policies')
@Controller('/api/v1')
export class PoliciesController {
  private readonly policies: PoliciesService;

  constructor(policies: PoliciesService) {
    this.policies = policies;
  }

  @Get('overview')
  @Api({ permission: 'policies.read', summary: 'Counters of the whole fleet.', response: overview })
  overview() {
    return this.policies.overview();
  }

  @Get('policies')
  @Api({
    permission: 'policies.read',
    summary: 'Policies, with what the fleet says about each required anchor.',
    response: policyList,
  })
  list() {
    return this.policies.policies();
  }

  @Get('findings')
  @Api({ permission: 'findings.read', summary: 'Findings, blockers first.', response: findingPage })
  findings(@Query({ schema: findingListQuery }) query: z.infer<typeof findingListQuery>) {
    return this.policies.findings(query);
  }
}
