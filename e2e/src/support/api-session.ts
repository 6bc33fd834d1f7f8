/** A signed-in administrator over the public API, as a script would be. */
export interface ApiSession {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
}

export const ADMINISTRATOR = {
  name: 'Kim Test',
  email: 'kim@studio.example',
  password: 'correct horse battery',
};

/** Uses the one-time link's token to make the first administrator. */
export async function createAdministrator(setupUrl: string): Promise<void> {
  const url = new URL(setupUrl);
  const answer = await fetch(`${url.origin}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url.origin },
    body: JSON.stringify({ token: url.searchParams.get('token'), ...ADMINISTRATOR }),
  });
  if (!answer.ok) throw new Error(`setup answered ${answer.status}: ${await answer.text()}`);
}

export async function signIn(origin: string): Promise<ApiSession> {
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
  });
  if (!answer.ok) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const headers = { cookie, origin, 'content-type': 'application/json' };
  return {
    async get(path) {
      const response = await fetch(origin + path, { headers });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    async post(path, body) {
      const response = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
  };
}
