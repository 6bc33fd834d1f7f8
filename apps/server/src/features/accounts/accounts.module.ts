import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsController } from './accounts.controller.ts';
import { AccountsService } from './accounts.service.ts';
import { GroupsController } from './groups.controller.ts';
import { GroupsService } from './groups.service.ts';
import { InvitationsController } from './invitations.controller.ts';
import { InvitationsService } from './invitations.service.ts';
import { SetupService } from './setup.service.ts';

@Module({})
export class AccountsModule {
  static register(services: {
    readonly setup: SetupService;
    readonly accounts: AccountsService;
    readonly invitations: InvitationsService;
    readonly groups: GroupsService;
  }): DynamicModule {
    return {
      module: AccountsModule,
      controllers: [AccountsController, InvitationsController, GroupsController],
      providers: [
        { provide: SetupService, useValue: services.setup },
        { provide: AccountsService, useValue: services.accounts },
        { provide: InvitationsService, useValue: services.invitations },
        { provide: GroupsService, useValue: services.groups },
      ],
    };
  }
}
