import { FINAL_JOB_STATES } from '@trustfleet/protocol';
import { isFailure } from '@trustfleet/rollout';
import type { Context } from '../connection.ts';
import type { OverviewRepository } from '../model/overview.ts';
import { visibleTo } from './visibility.ts';

interface CounterRow {
  readonly hosts: number;
  readonly online: number;
  readonly withBlockers: number;
  readonly findings: number;
  readonly blockers: number;
  readonly active: number;
  readonly failed: number;
  readonly verified: number;
}

const NONE: CounterRow = {
  hosts: 0,
  online: 0,
  withBlockers: 0,
  findings: 0,
  blockers: 0,
  active: 0,
  failed: 0,
  verified: 0,
};
const FAILURES = FINAL_JOB_STATES.filter(isFailure);

export function createOverviewRepository({ client }: Context): OverviewRepository {
  return {
    async counters(viewer) {
      const rows = await client.$queryRaw<CounterRow[]>`
        WITH seen AS (SELECT h.id, h.revoked_at FROM host h WHERE ${visibleTo(viewer)}), fleet AS (SELECT id FROM seen WHERE revoked_at IS NULL)
        SELECT (SELECT count(*) FROM fleet)::int AS hosts, (SELECT count(*) FROM host_connection c JOIN fleet ON fleet.id = c.host_id)::int AS online,
               f.hosts AS "withBlockers", f.findings, f.blockers, j.active, j.failed, j.verified
        FROM (SELECT count(*)::int AS findings, count(*) FILTER (WHERE severity = 'blocker')::int AS blockers,
                     count(DISTINCT host_id) FILTER (WHERE severity = 'blocker')::int AS hosts FROM finding JOIN seen ON seen.id = finding.host_id WHERE state = 'open') f,
             (SELECT count(*) FILTER (WHERE state <> ALL (${[...FINAL_JOB_STATES]}::text[]))::int AS active,
                     count(*) FILTER (WHERE state = ANY (${FAILURES}::text[]))::int AS failed,
                     count(*) FILTER (WHERE state = 'verified')::int AS verified FROM job JOIN seen ON seen.id = job.host_id) j`;
      const row = rows[0] ?? NONE;
      return {
        hosts: {
          total: row.hosts,
          online: row.online,
          offline: row.hosts - row.online,
          withBlockers: row.withBlockers,
        },
        findings: { open: row.findings, blockers: row.blockers },
        jobs: { active: row.active, failed: row.failed, verified: row.verified },
      };
    },
  };
}
