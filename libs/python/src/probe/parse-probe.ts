import { pythonSsl, shortText } from '@trustfleet/protocol';
import { z } from 'zod';
import { PROBE_STAGES, PROBE_STATES, type ProbeResult, type ProbeRun, type ProbeTarget } from './types.ts';

/** A lone surrogate has no canonical JSON: one would lose the whole section. */
const text = shortText.refine((value) => !/\p{Surrogate}/u.test(value)).nullable();

const result = z.object({
  state: z.enum(PROBE_STATES),
  stage: z.enum(PROBE_STAGES).nullable(),
  errorClass: text,
  message: text,
  verifyCode: z.int().min(1).max(10_000).nullable(),
});

const line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ssl'),
    facts: z.object({ ...pythonSsl.shape, importError: text, contextClass: text }),
  }),
  z.object({ kind: z.literal('result'), index: z.int().nonnegative(), result }),
  z.object({ kind: z.literal('end') }),
]);

/** What came out of the program: `ended` false where it did not come to its end. */
export interface ProbeOutput {
  readonly ended: boolean;
  readonly ssl: ProbeRun['ssl'];
  readonly results: ReadonlyMap<number, Omit<ProbeResult, keyof ProbeTarget>>;
}

/**
 * Reads the lines that begin with `mark` and have the expected shape; the first one of each kind and number counts, everything else is
 * noise. The program may be anyone's: nothing in it is trusted beyond its shape, and nobody but itself can know the mark.
 */
export function parseProbe(output: string, mark: string): ProbeOutput {
  const results = new Map<number, Omit<ProbeResult, keyof ProbeTarget>>();
  let ssl: ProbeRun['ssl'] = null;
  let ended = false;
  for (const one of output.split('\n')) {
    if (!one.startsWith(`${mark} `)) continue;
    const parsed = line.safeParse(jsonOf(one.slice(mark.length + 1)));
    if (!parsed.success) continue;
    const { data } = parsed;
    if (data.kind === 'end') ended = true;
    else if (data.kind === 'ssl') ssl ??= data.facts;
    else if (!results.has(data.index)) results.set(data.index, steady(data.result));
  }
  return { ended, ssl, results };
}

/** Addresses of objects differ from run to run, and a verdict is a fact; what a proxy is told is nobody's business. */
function steady(found: z.infer<typeof result>): z.infer<typeof result> {
  const message = found.message?.replace(/ at 0x[0-9a-f]+/gi, '').replace(/\/\/[^/@\s]*@/g, '//***@');
  return { ...found, message: message ?? null };
}

function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
