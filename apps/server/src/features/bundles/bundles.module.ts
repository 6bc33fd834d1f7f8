import { Module, type DynamicModule } from '@nestjs/common';
import { BundlesController } from './bundles.controller.ts';
import { BundlesService } from './bundles.service.ts';

@Module({})
export class BundlesModule {
  static register(service: BundlesService): DynamicModule {
    return {
      module: BundlesModule,
      controllers: [BundlesController],
      providers: [{ provide: BundlesService, useValue: service }],
    };
  }
}
