import type { CreateParameterOrder } from '@trustfleet/api';
import { REMEDIES, type Remedy } from '@trustfleet/remedies';
import { z } from 'zod';
import { ApiProblem } from '../../http/api-problem.ts';
import { limitsOf, type OrderContent } from './order-draft.ts';

/** Every remedy alike: it is given what its own schema made of the parameters. */
type AnyRemedy = Pick<Remedy<unknown, unknown, unknown>, 'parameters' | 'artifacts' | 'title'>;

/** A remedy with the parameters of an order read. */
interface ReadRemedy {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly artifacts: readonly string[];
  readonly title: string;
}

const readParameters = z.record(z.string(), z.unknown());

/** @throws ApiProblem 422 `unknownRemedy`, 400 `invalidRequest` with where the parameters are wrong */
function readRemedy({ remedy, parameters: given }: CreateParameterOrder): ReadRemedy {
  const known: Readonly<Record<string, AnyRemedy>> = REMEDIES;
  const found = Object.hasOwn(known, remedy) ? known[remedy] : undefined;
  if (found === undefined)
    throw new ApiProblem({
      status: 422,
      code: 'unknownRemedy',
      message: `This server cannot order ${remedy} yet: its release is older than the page that asks for it.`,
    });
  const parsed = found.parameters.safeParse(given);
  if (parsed.success)
    return {
      parameters: readParameters.parse(parsed.data),
      artifacts: found.artifacts(parsed.data),
      title: found.title(parsed.data).slice(0, 200),
    };
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: ['parameters', ...path].join('.'),
    message,
  }));
  const [first] = issues;
  throw new ApiProblem({
    status: 400,
    code: 'invalidRequest',
    message: `The parameters do not fit ${remedy}: ${first?.path ?? 'parameters'}: ${first?.message ?? 'unknown'}`,
    issues,
  });
}

/** What a person orders by its parameters. */
export function parameterContent(request: CreateParameterOrder): OrderContent {
  const { parameters, artifacts, title } = readRemedy(request);
  return {
    remedy: request.remedy,
    mode: request.mode,
    title,
    anchor: null,
    parameters,
    artifacts,
    limits: limitsOf(request),
    allowWorse: request.allowWorse ?? false,
    reason: request.reason,
    undoes: null,
  };
}
