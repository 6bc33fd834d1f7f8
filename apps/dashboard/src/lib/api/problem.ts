import { problem as problemSchema, type Problem } from '@trustfleet/api';

/** A failed call to the API. `code` has a sentence in the catalogue where one is known; `id` is in the server's log. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** Failures that this side met itself; the API has not spoken, so there is no id of its log. */
export function localProblem(
  code: 'unreachable' | 'badAnswer' | 'timeout',
  detail: string,
  cause?: unknown,
): ApiProblem {
  return new ApiProblem({ id: '', status: 0, code, message: detail }, { cause });
}

/** `body`: parsed JSON of an answer that is not 2xx, or undefined where it was none. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({ id: '', status, code: `http${status}`, message: `HTTP ${status}` });
}
