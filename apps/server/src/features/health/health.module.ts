import { Module, type DynamicModule } from '@nestjs/common';
import { HealthController, Readiness } from './health.controller.ts';

@Module({})
export class HealthModule {
  static register(readiness: Readiness): DynamicModule {
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [{ provide: Readiness, useValue: readiness }],
    };
  }
}
