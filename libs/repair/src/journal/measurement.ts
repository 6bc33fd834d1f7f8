import { clientName, hostPath, shortText, uuid, verdictCause, verdictOutcome } from '@trustfleet/protocol';
import { z } from 'zod';

const outcome = verdictOutcome.pick({ result: true, code: true, error: true });

/** What is kept of a measurement, to be compared with a later one: what verifies, and what fails. */
export const journaledMeasurement = z.looseObject({
  sources: z
    .array(
      z.looseObject({
        id: z.string().max(32),
        python: hostPath.nullable(),
        client: clientName,
        install: hostPath.nullable(),
        accounts: z.array(shortText).max(200),
        code: z.looseObject({ path: hostPath, line: z.int(), rule: z.string(), places: z.int() }).nullable(),
        state: z.enum(['anchors', 'cannotLoad', 'verificationOff', 'noSsl', 'notImportable', 'unknown']),
        digest: z.string().max(64).nullable(),
      }),
    )
    .max(2000),
  verdicts: z
    .array(
      z.looseObject({
        source: z.string().max(32),
        endpoint: uuid,
        predicted: outcome,
        probed: outcome.nullable(),
        cause: verdictCause.nullable(),
      }),
    )
    .max(2000),
});
export type JournaledMeasurement = z.infer<typeof journaledMeasurement>;
