import { describe, expect, it } from 'vitest';
import { ack, agentMessage, hello, jobEvent, report, section, sectionDigests } from './index.ts';

const digest = 'a'.repeat(64);
const uuid = '01890000-0000-7000-8000-000000000000';

describe('messages', () => {
  it('keeps unknown fields of a newer peer', () => {
    const parsed = report.parse({
      type: 'report',
      seq: 1,
      sections: {},
      scannedAt: '2026-11-22T00:00:00Z',
      later: 1,
    });

    expect(parsed).toHaveProperty('later', 1);
  });

  it.each(['__proto__', 'constructor', 'toString', '../x', 'A', ''])(
    'refuses the section name %j',
    (name) => {
      const record = JSON.parse(`{${JSON.stringify(name)}:"${digest}"}`) as unknown;
      const result = sectionDigests.safeParse(record);

      expect(result.success && Object.keys(result.data).includes(name)).toBe(false);
      expect(section.safeParse({ type: 'section', seq: 1, name, digest, body: '{}' }).success).toBe(false);
    },
  );

  it.each([
    [{ type: 'report', seq: 0, sections: {}, scannedAt: '2026-11-22T00:00:00Z' }],
    [{ type: 'report', seq: 1, sections: { system: 'zz' }, scannedAt: '2026-11-22T00:00:00Z' }],
    [{ type: 'certificates', seq: 1, certificates: [] }],
    [{ type: 'nope' }],
    [null],
  ])('refuses %j', (message) => {
    expect(agentMessage.safeParse(message).success).toBe(false);
  });

  it('takes no number of a job that a column of 32 bits does not hold', () => {
    const event = {
      ...{ eventId: uuid, jobId: uuid, attempt: 1, index: 1, at: '2026-11-22T00:00:00Z', state: 'planning' },
      ...{ step: null, detail: null, plan: null, before: null, after: null, undone: null, signature: null },
    };

    expect(jobEvent.safeParse({ ...event, attempt: 2 ** 31 - 1, index: 2 ** 31 - 1 }).success).toBe(true);
    expect(jobEvent.safeParse({ ...event, attempt: 2 ** 31 }).success).toBe(false);
    expect(jobEvent.safeParse({ ...event, index: 2 ** 31 }).success).toBe(false);
    expect(hello.shape.keySet.safeParse(2 ** 31).success).toBe(false);
  });

  it('bounds how many sections a host may name', () => {
    const sections = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, digest]));

    expect(sectionDigests.safeParse(sections(64)).success).toBe(true);
    expect(sectionDigests.safeParse(sections(65)).success).toBe(false);
  });

  it('accepts an acknowledgement of job events alone', () => {
    expect(
      ack.parse({ type: 'ack', jobEvents: ['01890000-0000-7000-8000-000000000000'] }).seq,
    ).toBeUndefined();
  });
});
