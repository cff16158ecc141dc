import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import Provider from 'oidc-provider';
import type { Outside } from '../../packages/hubd/src/login/oidc/outside-fetch.ts';
import { Browser } from './browser.ts';
import { certificateFor } from './certificate.ts';

export const issuer = 'https://login.example.org';
const host = 'login.example.org';

/** A person as the provider knows them. */
export type Person = Readonly<Record<string, unknown>>;

/** A real OpenID provider with https, in this process. */
export interface TestProvider {
  /** The hub's way to it, whatever host it asks for. */
  readonly outside: Outside & { readonly asked: string[] };
  readonly clientSecret: string;
  /** Logs somebody in there who was sent with this URL; the URL that the browser is sent back to. */
  login(url: string, name: string): Promise<URL>;
  /** Goes away, and comes back. */
  away: boolean;
  close(): Promise<void>;
}

const clientSecret = 'a secret that only the provider and the hub know';

/** `people`: what it says of each, by the name that they type. */
export async function providerForTest(people: Readonly<Record<string, Person>>): Promise<TestProvider> {
  const { key, cert } = certificateFor([host]);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'tshub',
        client_secret: clientSecret,
        redirect_uris: ['http://hub.example.org/hub/oauth_callback'],
      },
    ],
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'picture'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    cookies: { keys: ['a key of this test'] },
    jwks: {
      keys: [
        { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig' },
      ],
    },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    // Who does not send a challenge is not served.
    pkce: { required: () => true },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  provider.proxy = true;
  const server = createServer({ key, cert }, provider.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const asked: string[] = [];
  const self: TestProvider = {
    outside: {
      ca: cert,
      asked,
      connect(to, toPort) {
        asked.push(`${to}:${toPort}`);
        return self.away
          ? Promise.reject(new Error('connection refused'))
          : Promise.resolve(connect(port, '127.0.0.1'));
      },
    },
    clientSecret,
    away: false,
    login: (url, name) => logInAt(port, cert, url, name),
    close: () => closeServer(server),
  };
  return self;
}

/** As a person does it: through the provider's own forms. */
async function logInAt(port: number, ca: string, url: string, name: string): Promise<URL> {
  const createConnection = () => connectTls({ port, host: '127.0.0.1', servername: host, ca });
  const browser = new Browser({ createConnection }, '203.0.113.7');
  const headers = { Host: host, 'X-Forwarded-Host': host, 'X-Forwarded-Proto': 'https' };
  let next = new URL(url);
  for (let step = 0; step < 12; step++) {
    if (next.origin !== issuer) return next;
    const answer = await browser.get(`${next.pathname}${next.search}`, headers);
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.text)?.[1];
    const sent =
      prompt === undefined
        ? answer
        : await browser.post(next.pathname, { prompt, login: name, password: 'x' }, headers);
    if (sent.location === '') throw new Error(`expected to be sent on, found ${sent.status}: ${sent.text}`);
    next = new URL(sent.location, issuer);
  }
  throw new Error('the provider sends in circles');
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
