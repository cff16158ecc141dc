import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Outside } from '../../packages/hubd/src/login/oidc/outside-fetch.ts';
import { certificateFor } from './certificate.ts';
import { makeProvider, type Person } from './make-provider.ts';
import { logInAtProvider } from './provider-login.ts';

export const issuer = 'https://login.example.org';

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
  const { key, cert } = certificateFor([new URL(issuer).hostname]);
  const callback = 'http://hub.example.org/hub/oauth_callback';
  const provider = makeProvider({ issuer, callback, clientSecret, people });
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
        if (self.away) return Promise.reject(new Error('connection refused'));
        return Promise.resolve(connect(port, '127.0.0.1'));
      },
    },
    clientSecret,
    away: false,
    login: (url, name) => logInAtProvider({ address: '127.0.0.1', port, ca: cert }, url, name),
    close: () => closeServer(server),
  };
  return self;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
