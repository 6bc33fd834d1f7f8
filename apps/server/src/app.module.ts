import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from './features/accounts/accounts.module.ts';
import type { AccountsService } from './features/accounts/accounts.service.ts';
import type { GroupsService } from './features/accounts/groups.service.ts';
import type { InvitationsService } from './features/accounts/invitations.service.ts';
import type { SetupService } from './features/accounts/setup.service.ts';
import { AuditModule } from './features/audit/audit.module.ts';
import type { AuditService } from './features/audit/audit.service.ts';
import { BundlesModule } from './features/bundles/bundles.module.ts';
import type { BundlesService } from './features/bundles/bundles.service.ts';
import { EndpointsModule } from './features/endpoints/endpoints.module.ts';
import type { EndpointsService } from './features/endpoints/endpoints.service.ts';
import type { EventBus } from './features/events/event-bus.ts';
import { EventsModule } from './features/events/events.module.ts';
import type { Admission } from './features/fleet/admission.service.ts';
import type { EnrolmentService } from './features/fleet/enrolment.service.ts';
import { FleetModule } from './features/fleet/fleet.module.ts';
import type { HostRequests } from './features/fleet/host-requests.service.ts';
import type { HostSettings } from './features/fleet/host-settings.service.ts';
import type { HostsService } from './features/fleet/hosts.service.ts';
import type { TimelineService } from './features/fleet/timeline/timeline.service.ts';
import type { Readiness } from './features/health/health.controller.ts';
import { HealthModule } from './features/health/health.module.ts';
import { InstallsModule } from './features/installs/installs.module.ts';
import type { InstallsService } from './features/installs/installs.service.ts';
import { PoliciesModule } from './features/policies/policies.module.ts';
import type { PoliciesService } from './features/policies/policies.service.ts';
import type { OrdersService } from './features/rollouts/orders.service.ts';
import { RolloutsModule } from './features/rollouts/rollouts.module.ts';

/** What the controllers stand on; made by `startup/compose.ts`, which knows the order in which things begin. */
export interface AppServices {
  readonly readiness: Readiness;
  readonly setup: SetupService;
  readonly accounts: AccountsService;
  readonly invitations: InvitationsService;
  readonly groups: GroupsService;
  readonly audit: AuditService;
  readonly hosts: HostsService;
  readonly admission: Admission;
  readonly hostSettings: HostSettings;
  readonly hostRequests: HostRequests;
  readonly enrolment: EnrolmentService;
  readonly timeline: TimelineService;
  readonly policies: PoliciesService;
  readonly bundles: BundlesService;
  readonly endpoints: EndpointsService;
  readonly installs: InstallsService;
  readonly orders: OrdersService;
  readonly events: EventBus;
}

@Module({})
export class AppModule {
  static register(services: AppServices): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HealthModule.register(services.readiness),
        AccountsModule.register(services),
        FleetModule.register(services),
        PoliciesModule.register(services.policies),
        BundlesModule.register(services.bundles),
        EndpointsModule.register(services.endpoints),
        InstallsModule.register(services.installs),
        RolloutsModule.register(services.orders),
        AuditModule.register(services.audit),
        EventsModule.register(services.events),
      ],
    };
  }
}
