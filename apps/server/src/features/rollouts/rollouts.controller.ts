import {
  createOrder,
  jobDetail,
  jobListQuery,
  jobPage,
  orderPage,
  orderView,
  pageQuery,
  type CreateOrder,
} from '@trustfleet/api';
import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Api } from '../../http/api-route.ts';
import { viewerOf } from '../../http/permission.ts';
import { OrdersService } from './orders.service.ts';

@ApiTags('rollouts')
@Controller('/api/v1')
export class RolloutsController {
  private readonly orders: OrdersService;

  constructor(orders: OrdersService) {
    this.orders = orders;
  }

  @Post('orders')
  @Api({
    permission: 'orders.create',
    summary: 'Plan or apply one remedy on one or many hosts, now or later.',
    response: orderView,
    status: 201,
  })
  create(@Body({ schema: createOrder }) body: CreateOrder, @Req() request: IncomingMessage) {
    return this.orders.create(body, viewerOf(request));
  }

  @Get('orders')
  @Api({ permission: 'orders.read', summary: 'Orders, newest first.', response: orderPage })
  list(@Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>, @Req() request: IncomingMessage) {
    return this.orders.orders(viewerOf(request), query);
  }

  @Get('orders/:id')
  @Api({ permission: 'orders.read', summary: 'One order with its jobs.', response: orderView })
  order(@Param('id', { schema: z.uuid() }) id: string, @Req() request: IncomingMessage) {
    return this.orders.order(viewerOf(request), id);
  }

  @Get('jobs')
  @Api({ permission: 'orders.read', summary: 'Jobs, newest first.', response: jobPage })
  jobs(
    @Query({ schema: jobListQuery }) query: z.infer<typeof jobListQuery>,
    @Req() request: IncomingMessage,
  ) {
    return this.orders.jobs(viewerOf(request), query);
  }

  @Get('jobs/:id')
  @Api({
    permission: 'orders.read',
    summary: 'One job with its plan, evidence and events.',
    response: jobDetail,
  })
  job(@Param('id', { schema: z.uuid() }) id: string, @Req() request: IncomingMessage) {
    return this.orders.job(viewerOf(request), id);
  }
}
