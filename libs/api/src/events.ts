import { z } from 'zod';

/**
 * The event stream, GET /events (text/event-stream): ids and versions only, never rows that the reader may not
 * see. A reader refetches what it shows. `resync` follows a gap: refetch everything.
 */
export const streamEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('host'),
    id: z.uuid(),
    what: z.enum(['presence', 'report', 'enrolled', 'admission']),
  }),
  z.object({ type: z.literal('job'), id: z.uuid(), orderId: z.uuid(), hostId: z.uuid() }),
  z.object({ type: z.literal('findings'), hostId: z.uuid() }),
  z.object({ type: z.literal('audit') }),
  z.object({ type: z.literal('resync') }),
]);
export type StreamEvent = z.infer<typeof streamEvent>;
