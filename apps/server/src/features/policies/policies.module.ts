import { Module, type DynamicModule } from '@nestjs/common';
import { PoliciesController } from './policies.controller.ts';
import { PoliciesService } from './policies.service.ts';

@Module({})
export class PoliciesModule {
  static register(service: PoliciesService): DynamicModule {
    return {
      module: PoliciesModule,
      controllers: [PoliciesController],
      providers: [{ provide: PoliciesService, useValue: service }],
    };
  }
}
