import type { Problem } from '@trustfleet/api';

interface ProblemFields {
  readonly status: number;
  /** Stable and machine-readable: the dashboard's catalogue has a sentence for each. */
  readonly code: string;
  /** English: what happened, where, what to do next. */
  readonly message: string;
  readonly issues?: Problem['issues'];
}

/** A failure that the caller may see in full. Anything else thrown is answered as `internal` without its words. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly issues: Problem['issues'];

  constructor(fields: ProblemFields) {
    super(fields.message);
    this.status = fields.status;
    this.code = fields.code;
    this.issues = fields.issues;
  }
}

/** 404 for one thing of the API. */
export function notFound(what: string): ApiProblem {
  return new ApiProblem({
    status: 404,
    code: 'notFound',
    message: `There is no such ${what}; it may have been removed.`,
  });
}
