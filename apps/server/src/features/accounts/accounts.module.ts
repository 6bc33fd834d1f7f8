import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsController } from './accounts.controller.ts';
import { SetupService } from './setup.service.ts';

@Module({})
export class AccountsModule {
  static register(setup: SetupService): DynamicModule {
    return {
      module: AccountsModule,
      controllers: [AccountsController],
      providers: [{ provide: SetupService, useValue: setup }],
    };
  }
}
