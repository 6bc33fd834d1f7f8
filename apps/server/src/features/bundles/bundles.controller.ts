import type { IncomingMessage } from 'node:http';
import { bundleView, makeBundle } from '@trustfleet/api';
import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { BundlesService } from './bundles.service.ts';

@ApiTags('bundles')
@Controller('/api/v1/bundles')
export class BundlesController {
  private readonly bundles: BundlesService;

  constructor(bundles: BundlesService) {
    this.bundles = bundles;
  }

  @Post()
  @Api({
    permission: 'bundles.manage',
    summary: 'Makes a union bundle that orders of bundle.deploy may name, and says what it changes.',
    response: bundleView,
    status: 201,
  })
  make(@Body({ schema: makeBundle }) body: z.output<typeof makeBundle>, @Req() request: IncomingMessage) {
    return this.bundles.make(viewerOf(request), body);
  }
}
