import { Module, type DynamicModule } from '@nestjs/common';
import { OrdersService } from './orders.service.ts';
import { RolloutsController } from './rollouts.controller.ts';

@Module({})
export class RolloutsModule {
  static register(service: OrdersService): DynamicModule {
    return {
      module: RolloutsModule,
      controllers: [RolloutsController],
      providers: [{ provide: OrdersService, useValue: service }],
    };
  }
}
