import { TshubError } from '@tshub/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeClient } from './client.ts';

let asked: { url: string; init: RequestInit }[];
let answer: () => Response;

const client = makeClient({
  baseUrl: 'http://127.0.0.1:8081',
  token: 'secret',
  fetch: async (url, init) => {
    asked.push({ url: String(url), init: init ?? {} });
    return answer();
  },
});

const json = (status: number, body: unknown) => () => new Response(JSON.stringify(body), { status });

beforeEach(() => {
  asked = [];
});

describe('a request', () => {
  test('goes to the path of its route, with names escaped as the hub expects', async () => {
    answer = json(200, { name: 'a/b c@d' });
    await client['users.get']({ params: { user: 'a/b c@d' }, query: { include_stopped_servers: '1' } });
    expect(asked[0]?.url).toBe('http://127.0.0.1:8081/hub/api/users/a%2Fb%20c@d?include_stopped_servers=1');
    expect(asked[0]?.init).toMatchObject({ method: 'GET', headers: { authorization: 'token secret' } });
    expect(asked[0]?.init.body).toBeUndefined();
  });

  test.each(['..', '.', ''])('is not made for a user named "%s"', async (user) => {
    await expect(client['users.get']({ params: { user } })).rejects.toMatchObject({ code: 'bad_request' });
    expect(asked).toEqual([]);
  });

  test('carries its body as JSON', async () => {
    answer = () => new Response(null, { status: 202 });
    const { status } = await client['servers.start']({
      params: { user: 'ada', server: 'lab' },
      body: { profile: 'big' },
    });
    expect(status).toBe(202);
    expect(asked[0]).toMatchObject({
      url: expect.stringMatching('/users/ada/servers/lab$'),
      init: { method: 'POST', body: '{"profile":"big"}' },
    });
  });
});

describe('an answer', () => {
  test('is what the route promises', async () => {
    answer = json(200, { version: '5.5.1', extra: true });
    await expect(client['info.version']()).resolves.toEqual({ status: 200, data: { version: '5.5.1' } });
  });

  test('of another form is refused', async () => {
    answer = json(200, { version: 5 });
    await expect(client['info.version']()).rejects.toThrow('is it of another version?');
  });

  test('of events comes one by one, however the bytes are cut', async () => {
    const text = ': ping\n\ndata: {"progress": 0}\n\ndata: {"progress": 100, "ready": true, "m": "ü"}\r\n\r\n';
    const bytes = new TextEncoder().encode(text);
    answer = () =>
      new Response(
        new ReadableStream({
          start(controller) {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
            controller.close();
          },
        }),
      );
    const { data } = await client['servers.progressDefault']({ params: { user: 'ada' } });
    const events: unknown[] = [];
    for await (const event of data) events.push(event);
    expect(events).toEqual([{ progress: 0 }, { progress: 100, ready: true, m: 'ü' }]);
  });
});

describe('a failure', () => {
  test.each([
    [400, 'bad_request'],
    [401, 'no_credentials'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'user_exists'],
    [418, 'bad_request'],
    [429, 'too_many_requests'],
    [500, 'internal'],
    [503, 'daemon_away'],
  ])("of status %d is %s with the hub's own sentence", async (status, code) => {
    answer = json(status, { status, message: 'the reason' });
    const error: unknown = await client['info.get']().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TshubError);
    expect(error).toMatchObject({ code, message: 'the reason' });
  });

  test('of something that is not the hub says so', async () => {
    answer = () => new Response('<html>nginx</html>', { status: 403 });
    await expect(client['info.get']()).rejects.toThrow('the hub answered 403 without a reason');
  });

  test('of a success that the route does not know is a failure', async () => {
    answer = () => new Response('<html>', { status: 206 });
    await expect(client['info.version']()).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('to connect is an advice about the unit', async () => {
    const nobody = makeClient({
      baseUrl: 'http://127.0.0.1:1',
      token: 'x',
      fetch: async () =>
        Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') })),
    });
    await expect(nobody['info.version']()).rejects.toMatchObject({
      code: 'daemon_away',
      message:
        'no answer from http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; see: systemctl status tshub.service',
    });
  });
});
