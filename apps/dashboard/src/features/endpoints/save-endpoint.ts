import { API_ROUTES, endpointView, type CreateEndpoint, type EndpointView } from '@trustfleet/api';
import { change, post } from '../../lib/api/browser.ts';

export type EndpointDraft = CreateEndpoint;

/** A new endpoint, or, with an id, that one as it is now. Throws `ApiProblem`. */
export function saveEndpoint(id: string | undefined, body: EndpointDraft): Promise<EndpointView> {
  return id === undefined
    ? post({ path: API_ROUTES.endpoints, body, schema: endpointView })
    : change({ method: 'PATCH', path: API_ROUTES.endpoint(id), body, schema: endpointView });
}
