import { Module, type DynamicModule } from '@nestjs/common';
import { EventBus } from './event-bus.ts';
import { EventsController } from './events.controller.ts';

@Module({})
export class EventsModule {
  static register(bus: EventBus): DynamicModule {
    return {
      module: EventsModule,
      controllers: [EventsController],
      providers: [{ provide: EventBus, useValue: bus }],
    };
  }
}
