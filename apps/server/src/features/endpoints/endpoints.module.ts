import { Module, type DynamicModule } from '@nestjs/common';
import { EndpointsController } from './endpoints.controller.ts';
import { EndpointsService } from './endpoints.service.ts';

@Module({})
export class EndpointsModule {
  static register(service: EndpointsService): DynamicModule {
    return {
      module: EndpointsModule,
      controllers: [EndpointsController],
      providers: [{ provide: EndpointsService, useValue: service }],
    };
  }
}
