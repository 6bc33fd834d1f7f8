import {
  cancelRequest,
  createOrder,
  jobDetail,
  jobListQuery,
  jobPage,
  orderPage,
  orderView,
  pageQuery,
  undoRequest,
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

  @Post('orders/:id/cancel')
  @Api({
    permission: 'orders.create',
    summary: 'Give up what an order has not begun: jobs that wait end, hosts that have a job are asked.',
    response: orderView,
  })
  cancelOrder(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: cancelRequest }) body: z.infer<typeof cancelRequest>,
    @Req() request: IncomingMessage,
  ) {
    return this.orders.cancelOrder(id, body.reason, viewerOf(request));
  }

  @Post('orders/:id/undo')
  @Api({
    permission: 'orders.create',
    summary: 'Order the undo of every job of an order that changed its host.',
    response: orderView,
    status: 201,
  })
  undoOrder(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: undoRequest }) body: z.infer<typeof undoRequest>,
    @Req() request: IncomingMessage,
  ) {
    return this.orders.undo({ orderId: id }, body.reason, viewerOf(request));
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

  @Post('jobs/:id/cancel')
  @Api({
    permission: 'orders.create',
    summary: 'Give one job up: one that waits ends, a host that has it is asked.',
    response: jobDetail,
  })
  cancelJob(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: cancelRequest }) body: z.infer<typeof cancelRequest>,
    @Req() request: IncomingMessage,
  ) {
    return this.orders.cancelJob(id, body.reason, viewerOf(request));
  }

  @Post('jobs/:id/undo')
  @Api({
    permission: 'orders.create',
    summary: 'Order the undo of what one job changed.',
    response: orderView,
    status: 201,
  })
  undoJob(
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: undoRequest }) body: z.infer<typeof undoRequest>,
    @Req() request: IncomingMessage,
  ) {
    return this.orders.undo({ jobId: id }, body.reason, viewerOf(request));
  }
}
