import { Module, type DynamicModule } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { AuditService } from './audit.service.ts';

@Module({})
export class AuditModule {
  static register(service: AuditService): DynamicModule {
    return {
      module: AuditModule,
      controllers: [AuditController],
      providers: [{ provide: AuditService, useValue: service }],
    };
  }
}
