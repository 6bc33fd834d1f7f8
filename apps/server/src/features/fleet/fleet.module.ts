import { Module, type DynamicModule } from '@nestjs/common';
import { Admission } from './admission.service.ts';
import { AdmissionController } from './admission.controller.ts';
import { EnrolmentService } from './enrolment.service.ts';
import { FleetController } from './fleet.controller.ts';
import { HostRequests } from './host-requests.service.ts';
import { HostSettings } from './host-settings.service.ts';
import { HostsService } from './hosts.service.ts';
import { TimelineService } from './timeline/timeline.service.ts';

@Module({})
export class FleetModule {
  static register(services: {
    readonly hosts: HostsService;
    readonly admission: Admission;
    readonly hostSettings: HostSettings;
    readonly hostRequests: HostRequests;
    readonly enrolment: EnrolmentService;
    readonly timeline: TimelineService;
  }): DynamicModule {
    return {
      module: FleetModule,
      controllers: [FleetController, AdmissionController],
      providers: [
        { provide: HostsService, useValue: services.hosts },
        { provide: Admission, useValue: services.admission },
        { provide: HostSettings, useValue: services.hostSettings },
        { provide: HostRequests, useValue: services.hostRequests },
        { provide: EnrolmentService, useValue: services.enrolment },
        { provide: TimelineService, useValue: services.timeline },
      ],
    };
  }
}
