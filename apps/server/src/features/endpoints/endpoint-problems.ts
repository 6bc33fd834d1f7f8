import type { EndpointRefusal } from '@trustfleet/database';
import { MAX_ENDPOINTS } from '@trustfleet/protocol';
import { ApiProblem } from '../../http/api-problem.ts';

const REFUSALS: Readonly<Record<EndpointRefusal, { readonly code: string; readonly message: string }>> = {
  taken: {
    code: 'endpointTaken',
    message:
      'There is an endpoint with this address already, for these hosts or for all: change that one, or choose another group.',
  },
  tooMany: {
    code: 'tooManyEndpoints',
    message: `A host can have ${MAX_ENDPOINTS} endpoints at most, and some would have more: remove one first.`,
  },
};

export function endpointRefused(refusal: EndpointRefusal): ApiProblem {
  return new ApiProblem({ status: 409, ...REFUSALS[refusal] });
}

/** What counts for every host is changed by those who see every host. */
export function everyHost(): ApiProblem {
  return new ApiProblem({
    status: 403,
    code: 'endpointOfEveryHost',
    message:
      'This endpoint counts for every host, and you see only some groups: choose one of your groups, or ask an administrator of all groups.',
  });
}

export function siteUnknown(): ApiProblem {
  return new ApiProblem({
    status: 422,
    code: 'siteUnknown',
    message: 'This is no name of a ShotGrid site: write it like studio, or studio.shotgrid.autodesk.com.',
  });
}
