import type { IssueRequest } from './types.ts';

/** Issues a certificate after RFC 5280; answers DER. Throws RangeError for a request that RFC 5280 forbids. */
export function issueCertificate(request: IssueRequest): Promise<Uint8Array> {
  return Promise.reject(new Error(`in work: ${request.serialNumber}`));
}
