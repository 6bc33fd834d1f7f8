import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule, type AppServices } from '../app.module.ts';
import { AccountsService } from '../features/accounts/accounts.service.ts';
import { GroupsService } from '../features/accounts/groups.service.ts';
import { InvitationsService } from '../features/accounts/invitations.service.ts';
import { SetupService } from '../features/accounts/setup.service.ts';
import { AuditService } from '../features/audit/audit.service.ts';
import { EndpointsService } from '../features/endpoints/endpoints.service.ts';
import { EventBus } from '../features/events/event-bus.ts';
import { Admission } from '../features/fleet/admission.service.ts';
import { EnrolmentService } from '../features/fleet/enrolment.service.ts';
import { HostRequests } from '../features/fleet/host-requests.service.ts';
import { HostSettings } from '../features/fleet/host-settings.service.ts';
import { HostsService } from '../features/fleet/hosts.service.ts';
import { TimelineService } from '../features/fleet/timeline/timeline.service.ts';
import { Readiness } from '../features/health/health.controller.ts';
import { BundlesService } from '../features/bundles/bundles.service.ts';
import { InstallsService } from '../features/installs/installs.service.ts';
import { PoliciesService } from '../features/policies/policies.service.ts';
import { OrdersService } from '../features/rollouts/orders.service.ts';
import { apiDocument } from './document.ts';

/** An object of the right kind with nothing behind it: the documentation reads the controllers and calls none. */
export function hollow<T extends object>(type: { readonly prototype: T }): T {
  return Object.create(type.prototype) as T;
}

/** Services that nothing may call: for who looks at the controllers alone. */
export const HOLLOW: AppServices = {
  readiness: hollow(Readiness),
  setup: hollow(SetupService),
  accounts: hollow(AccountsService),
  invitations: hollow(InvitationsService),
  groups: hollow(GroupsService),
  audit: hollow(AuditService),
  hosts: hollow(HostsService),
  admission: hollow(Admission),
  hostSettings: hollow(HostSettings),
  hostRequests: hollow(HostRequests),
  enrolment: hollow(EnrolmentService),
  timeline: hollow(TimelineService),
  policies: hollow(PoliciesService),
  endpoints: hollow(EndpointsService),
  bundles: hollow(BundlesService),
  installs: hollow(InstallsService),
  orders: hollow(OrdersService),
  events: hollow(EventBus),
};

/** The OpenAPI document, made without database, keys or ports. */
export async function generateOpenApi(): Promise<OpenAPIObject> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes a literal
  const app = await NestFactory.create(AppModule.register(HOLLOW), { logger: false });
  try {
    return apiDocument(app);
  } finally {
    await app.close();
  }
}

/** The text of `apps/server/openapi.json`. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(await generateOpenApi(), null, 2)}\n`;
}
