import { z } from 'zod';

/** Every place of the host's code that decides trust by itself is reported; nothing is edited. */
export const codeReportParameters = z.strictObject({});
export type CodeReportParameters = z.infer<typeof codeReportParameters>;
