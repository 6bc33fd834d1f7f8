/**
 * Every route of the API, in one place. Sign-in, sign-out and session are better-auth's own under
 * `/api/auth` (`POST /api/auth/sign-in/email`, `POST /api/auth/sign-out`).
 */
export const API_ROUTES = {
  setupStatus: '/api/v1/setup',
  me: '/api/v1/me',
  overview: '/api/v1/overview',
  hosts: '/api/v1/hosts',
  host: (id: string) => `/api/v1/hosts/${encodeURIComponent(id)}`,
  findings: '/api/v1/findings',
  policies: '/api/v1/policies',
  inspectCertificate: '/api/v1/certificates/inspect',
  certificate: (sha256: string) => `/api/v1/certificates/${encodeURIComponent(sha256)}`,
  orders: '/api/v1/orders',
  order: (id: string) => `/api/v1/orders/${encodeURIComponent(id)}`,
  jobs: '/api/v1/jobs',
  job: (id: string) => `/api/v1/jobs/${encodeURIComponent(id)}`,
  enrolmentTokens: '/api/v1/enrolment-tokens',
  events: '/events',
} as const;
