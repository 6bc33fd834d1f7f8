import { Module, type DynamicModule } from '@nestjs/common';
import { EnrolmentService } from './enrolment.service.ts';
import { FleetController } from './fleet.controller.ts';
import { HostsService } from './hosts.service.ts';

@Module({})
export class FleetModule {
  static register(services: {
    readonly hosts: HostsService;
    readonly enrolment: EnrolmentService;
  }): DynamicModule {
    return {
      module: FleetModule,
      controllers: [FleetController],
      providers: [
        { provide: HostsService, useValue: services.hosts },
        { provide: EnrolmentService, useValue: services.enrolment },
      ],
    };
  }
}
