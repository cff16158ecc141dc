import { createHash, createPublicKey, type JsonWebKey, randomBytes, verify } from 'node:crypto';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import forge from 'node-forge';
import { type Pem, serialNumber } from '../../packages/proxyd/src/tls/forge-certificate.ts';

export interface AcmeServer {
  /** Address of the directory. */
  readonly directory: string;
  /** Names that were looked up over http, and what was there. */
  readonly looked: string[];
  close(): Promise<void>;
}

interface Order {
  status: 'pending' | 'ready' | 'valid' | 'invalid';
  readonly names: readonly string[];
  readonly tokens: readonly string[];
  readonly proven: Set<string>;
  certificate: string;
}

interface Jws {
  readonly header: { alg: string; nonce: string; url: string; jwk?: JsonWebKey; kid?: string };
  readonly payload: Record<string, unknown>;
  /** Something is only to be shown (POST-as-GET). */
  readonly isRead: boolean;
}

/**
 * An authority (RFC 8555) for tests: one account, http-01 only, every signature and nonce verified, and a certificate for nobody
 * whose answer to the challenge is not the right one. `port` is where every name's port 80 is, on `host`; it listens on `own`.
 */
export async function startAcmeServer(
  authority: Pem,
  port: () => number,
  { host = '127.0.0.1', own = '127.0.0.1' } = {},
): Promise<AcmeServer> {
  const nonces = new Set<string>();
  const orders: Order[] = [];
  const looked: string[] = [];
  let account: JsonWebKey | undefined;
  let base = '';

  const handlers: Record<string, (jws: Jws, order: Order, at: string) => Promise<[number, unknown, string?]>> = {
    'new-account': async ({ header, payload }) => {
      if (payload['onlyReturnExisting'] === true && account === undefined) return [400, problem('accountDoesNotExist')];
      if (payload['termsOfServiceAgreed'] !== true) return [403, problem('userActionRequired')];
      account = header.jwk;
      return [201, { status: 'valid' }, `${base}/account/1`];
    },
    account: async () => [200, { status: 'valid' }],
    'new-order': async ({ payload }) => {
      const names = (payload['identifiers'] as { value: string }[]).map(({ value }) => value);
      orders.push({ status: 'pending', names, tokens: names.map(() => token()), proven: new Set(), certificate: '' });
      return [201, orderView(orders.length - 1), `${base}/order/${orders.length - 1}`];
    },
    order: async (_jws, _order, at) => [200, orderView(Number(at)), `${base}/order/${at}`],
    authorization: async (_jws, order, at) => [200, authorizationView(order, at)],
    challenge: async ({ isRead }, order, at) => {
      if (isRead) return [200, challengeView(order, at)];
      const name = order.names[Number(at.split('.')[1])] ?? '';
      const asked = order.tokens[Number(at.split('.')[1])] ?? '';
      const found = await look(name, asked);
      looked.push(`${name}: ${found}`);
      if (found === `${asked}.${thumbprint(account)}`) order.proven.add(name);
      else order.status = 'invalid';
      if (order.status === 'pending' && order.proven.size === order.names.length) order.status = 'ready';
      return [200, challengeView(order, at)];
    },
    finalize: async ({ payload }, order, at) => {
      if (order.status !== 'ready') return [403, problem('orderNotReady')];
      order.certificate = sign(authority, Buffer.from(String(payload['csr']), 'base64url'), order.names);
      order.status = 'valid';
      return [200, orderView(Number(at)), `${base}/order/${at}`];
    },
    certificate: async (_jws, order) => [200, order.certificate + authority.cert],
  };

  const orderView = (at: number) => {
    const order = orders[at];
    const authorizations = order?.names.map((_, i) => `${base}/authorization/${at}.${i}`);
    const certificate = order?.status === 'valid' ? { certificate: `${base}/certificate/${at}` } : {};
    const identifiers = order?.names.map((value) => ({ type: 'dns', value }));
    return { status: order?.status, identifiers, authorizations, finalize: `${base}/finalize/${at}`, ...certificate };
  };
  const stateOf = ({ status, names, proven }: Order, at: string) => {
    const isProven = proven.has(names[Number(at.split('.')[1])] ?? '');
    return isProven ? 'valid' : status === 'invalid' ? 'invalid' : 'pending';
  };
  const challengeView = (order: Order, at: string) => ({
    type: 'http-01',
    status: stateOf(order, at),
    url: `${base}/challenge/${at}`,
    token: order.tokens[Number(at.split('.')[1])],
  });
  const authorizationView = (order: Order, at: string) => ({
    status: stateOf(order, at),
    identifier: { type: 'dns', value: order.names[Number(at.split('.')[1])] },
    challenges: [challengeView(order, at)],
  });
  const look = (name: string, asked: string) =>
    new Promise<string>((resolve) => {
      const options = {
        host,
        port: port(),
        path: `/.well-known/acme-challenge/${asked}`,
        headers: { host: name },
      };
      get(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve(answer.statusCode === 200 ? text : `status ${answer.statusCode}`));
      }).on('error', (error) => resolve(error.message));
    });

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const nonce = token();
    nonces.add(nonce);
    res.setHeader('Replay-Nonce', nonce);
    const [, kind = '', at = ''] = (req.url ?? '').split('/');
    if (kind === 'directory') {
      const urls = ['newNonce', 'newAccount', 'newOrder'].map((name) => [
        name,
        `${base}/${name.replace(/[A-Z]/, (c) => `-${c.toLowerCase()}`)}`,
      ]);
      res.end(JSON.stringify({ ...Object.fromEntries(urls), meta: { termsOfService: `${base}/terms` } }));
      return;
    }
    if (kind === 'new-nonce') {
      res.end();
      return;
    }
    const jws = await readJws(req, (header) => (header.kid === undefined ? header.jwk : account));
    const isGood = jws !== null && nonces.delete(jws.header.nonce) && jws.header.url === `${base}${req.url}`;
    const handler = handlers[kind];
    const [status, body, location] = !isGood
      ? ([400, problem('malformed'), undefined] as const)
      : handler === undefined
        ? ([404, problem('malformed'), undefined] as const)
        : await handler(jws, orders[Number(at.split('.')[0])] as Order, at);
    if (location !== undefined) res.setHeader('Location', location);
    res.statusCode = status;
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      res.statusCode = 500;
      res.end(JSON.stringify(problem(String(error))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, own, resolve));
  base = `http://${own}:${(server.address() as AddressInfo).port}`;
  return {
    directory: `${base}/directory`,
    looked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const token = () => randomBytes(16).toString('base64url');
const problem = (kind: string) => ({ type: `urn:ietf:params:acme:error:${kind}`, detail: kind });

/** null when it is not signed by this key. */
async function readJws(
  req: IncomingMessage,
  keyOf: (header: Jws['header']) => JsonWebKey | undefined,
): Promise<Jws | null> {
  let text = '';
  for await (const chunk of req.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  const { protected: head, payload, signature } = JSON.parse(text) as Record<string, string>;
  const read = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString() || '{}') as never;
  const header = read(head) as Jws['header'];
  const jwk = keyOf(header);
  if (jwk === undefined || header.alg !== 'ES256') return null;
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  const isGood = verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature ?? '', 'base64url'));
  return isGood ? { header, payload: read(payload), isRead: payload === '' } : null;
}

/** RFC 7638. */
function thumbprint({ crv, kty, x, y }: JsonWebKey = {}): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** Good for three months, for the names of the order that the request names as well. */
function sign(authority: Pem, der: Buffer, names: readonly string[]): string {
  const request = forge.pki.certificationRequestFromAsn1(forge.asn1.fromDer(der.toString('binary')));
  if (!request.verify() || request.publicKey === null) throw new Error('the request is not signed by its key');
  const wanted = request.getAttribute({ name: 'extensionRequest' }) as {
    extensions: { altNames?: { value: string }[] }[];
  };
  const asked = wanted.extensions.flatMap(({ altNames = [] }) => altNames.map(({ value }) => value));
  if (asked.toSorted().join() !== [...names].toSorted().join()) throw new Error(`asked for ${asked.join()}`);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = request.publicKey;
  certificate.serialNumber = serialNumber(randomBytes(16));
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 90 * 86_400_000);
  certificate.setSubject([{ name: 'commonName', value: names[0] ?? '' }]);
  certificate.setIssuer(forge.pki.certificateFromPem(authority.cert).subject.attributes);
  certificate.setExtensions([{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) }]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.key), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}
