import { Agent, request } from 'node:http';
import { type Bench, compare, type Measure } from './frame.ts';
import { bare, type HubContestant, jupyterhub, tshub, userCount } from './hub-contestants.ts';

const pageType = 'application/jupyterhub-pagination+json';
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Sent {
  readonly status: number;
  readonly cookies: readonly string[];
}

function send(
  place: HubContestant['front'],
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request(
      { host: '127.0.0.1', ...place, path, method, agent, headers: { ...headers, ...length } },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, cookies: answer.headers['set-cookie'] ?? [] }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const nameOf = (i: number): string => `user-${String((i * 7919) % userCount).padStart(5, '0')}`;
let made = 0;

const tokenCheck = 'GET /api/user with a token';

/** One operation of each kind; `i` picks the user. */
const operations: ReadonlyArray<
  readonly [name: string, count: number, once: (hub: HubContestant, i: number) => Promise<void>]
> = [
  [tokenCheck, 2000, (hub) => api(hub, 'GET', '/user')],
  ['GET /api/users/NAME', 1000, (hub, i) => api(hub, 'GET', `/users/${nameOf(i)}`)],
  [
    'GET /api/users?limit=200',
    100,
    (hub, i) => api(hub, 'GET', `/users?limit=200&offset=${(i % 50) * 200}`, { Accept: pageType }),
  ],
  [
    'POST /api/users/NAME/activity',
    500,
    (hub, i) =>
      api(hub, 'POST', `/users/${nameOf(i)}/activity`, {}, JSON.stringify({ last_activity: new Date().toISOString() })),
  ],
  ['POST /api/users/NAME (a new user)', 200, (hub) => api(hub, 'POST', `/users/new-${made++}`, {}, '')],
  ['login', 100, (hub, i) => logIn(hub, nameOf(i))],
];

async function api(
  hub: HubContestant,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<void> {
  const { status } = await send(
    { port: hub.port },
    method,
    `/hub/api${path}`,
    { Authorization: `token ${hub.token}`, ...headers },
    body,
  );
  if (status >= 300) throw new Error(`${hub.name}: ${method} ${path} answered ${status}`);
}

/** The form, then what a browser posts. */
async function logIn(hub: HubContestant, user: string): Promise<void> {
  const form = await send(hub.front, 'GET', '/hub/login', {});
  const jar = form.cookies.map((cookie) => cookie.split(';')[0] ?? '');
  const xsrf = jar.find((cookie) => cookie.startsWith('_xsrf='))?.slice('_xsrf='.length) ?? '';
  const body = new URLSearchParams({ username: user, password: 'any', _xsrf: xsrf }).toString();
  const headers = { Cookie: jar.join('; '), 'Content-Type': 'application/x-www-form-urlencoded' };
  const { status } = await send(hub.front, 'POST', '/hub/login', headers, body);
  if (status !== 302) throw new Error(`${hub.name}: the login of ${user} answered ${status}`);
}

/** Milliseconds of the hub's CPU for each operation: many of them, since the kernel counts in hundredths of a second. */
const costs = operations.map(([name, count, once]): Measure<HubContestant> => ({
  name,
  unit: 'ms of CPU',
  of: (hub) => isHub(hub) || name === tokenCheck,
  async sample(hub) {
    // Until both are as fast as they get: a compiler at run time takes its time.
    for (let i = 0; i < count; i++) await once(hub, i);
    const before = hub.cpu();
    for (let i = 0; i < count; i++) await once(hub, i);
    return ((hub.cpu() - before) * 1000) / count;
  },
}));

const isHub = ({ name }: HubContestant): boolean => name !== 'bare node:http';

const others: ReadonlyArray<Measure<HubContestant>> = [
  { name: 'start to the first healthy answer', unit: 's', of: isHub, sample: (hub) => hub.restart() },
  { name: 'memory after that', unit: 'MiB', of: isHub, sample: (hub) => Promise.resolve(hub.memory() / 1024) },
];

export const hub: Bench = {
  name: 'hub',
  says: 'hubd beside JupyterHub, both with 10,000 users: CPU of each operation, start, memory',
  async run(options) {
    const root = process.env['TSHUB_BENCH_ROOT'];
    if (root === undefined) throw new Error('TSHUB_BENCH_ROOT: expected the folder of an image; scripts/bench sets it');
    const contestants = [await tshub(), await jupyterhub(root), await bare()];
    try {
      await compare(contestants, [...costs, ...others], options);
    } finally {
      for (const one of contestants) await one.stop();
      agent.destroy();
    }
  },
};
