import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeCertificate } from '@trustfleet/certificates';
import type { Job, Order } from '@trustfleet/protocol';

/** Lines of a journal that an earlier release wrote; `@ROOT@` stands for the root of its store. */
export async function linesOf(name: string): Promise<string[]> {
  const text = await readFile(new URL(`./journals/${name}.jsonl`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

export const inRoot = (line: string, root: string): string => line.replaceAll('@ROOT@', root);

/** What the first line tells: the job, the file that it wrote, and that file's content. */
export function acceptedEntry(
  lines: readonly string[],
  anchors: string,
): { readonly jobId: string; readonly file: string; readonly pem: string } {
  const accepted = JSON.parse(lines[0] ?? '{}') as {
    order: Order;
    job: Job;
    artifacts: Record<string, string>;
  };
  const [anchor = ''] = accepted.order.artifacts;
  const der = new Uint8Array(Buffer.from(accepted.artifacts[anchor] ?? '', 'base64'));
  return {
    jobId: accepted.job.jobId,
    file: join(anchors, `trustfleet-${anchor.slice(0, 16)}.crt`),
    pem: describeCertificate(der).pem,
  };
}
