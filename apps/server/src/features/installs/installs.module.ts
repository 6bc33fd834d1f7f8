import { Module, type DynamicModule } from '@nestjs/common';
import { InstallsController } from './installs.controller.ts';
import { InstallsService } from './installs.service.ts';

@Module({})
export class InstallsModule {
  static register(service: InstallsService): DynamicModule {
    return {
      module: InstallsModule,
      controllers: [InstallsController],
      providers: [{ provide: InstallsService, useValue: service }],
    };
  }
}
