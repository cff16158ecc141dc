import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import type { UnitProperty } from '../launch/unit-properties.ts';
import { serviceProperties } from './service-unit.ts';

const hub = { cookie_host_prefix: false, public_url: 'https://hub.example.org/' };

function properties(service: Record<string, unknown>, hubNow = hub): Map<string, unknown> {
  const settings = schema.parse({ services: { grader: { command: ['/srv/grader'], user: 'grader', ...service } } });
  const grader = settings.services['grader'];
  if (grader === undefined) throw new Error('there is no such service');
  const all: UnitProperty[] = serviceProperties('grader', grader, hubNow);
  return new Map(all.map(([name, , value]) => [name, value]));
}

const definition = (found: Map<string, unknown>) =>
  (found.get('LogExtraFields') as Uint8Array[]).map((field) => Buffer.from(field).toString())[1];

test('a service reads what services of JupyterHub read', () => {
  const found = properties({ url: 'http://127.0.0.1:9999', environment: { COURSE: 'algebra' } });
  expect(found.get('Environment')).toEqual([
    'JUPYTERHUB_SERVICE_NAME=grader',
    'JUPYTERHUB_CLIENT_ID=service-grader',
    'JUPYTERHUB_API_URL=http://127.0.0.1:8081/hub/api',
    'JUPYTERHUB_BASE_URL=/',
    'JUPYTERHUB_HOST=',
    'JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED=0',
    'JUPYTERHUB_OAUTH_ACCESS_SCOPES=["access:services","access:services!service=grader"]',
    'JUPYTERHUB_OAUTH_SCOPES=["access:services","access:services!service=grader"]',
    'JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES=[]',
    'JUPYTERHUB_SERVICE_PREFIX=/services/grader/',
    'JUPYTERHUB_SERVICE_URL=http://127.0.0.1:9999',
    'JUPYTERHUB_OAUTH_CALLBACK_URL=/services/grader/oauth_callback',
    'JUPYTERHUB_PUBLIC_HUB_URL=https://hub.example.org/hub/',
    'JUPYTERHUB_PUBLIC_URL=https://hub.example.org/services/grader/',
    'COURSE=algebra',
  ]);
});

test('limits, a made-up user and further properties are those of the settings', () => {
  const found = properties({
    dynamic_user: true,
    mem_limit: '1G',
    cpu_limit: 1.5,
    tasks_max: 20,
    unit_extra_properties: { Nice: 5, ProtectSystem: 'strict' },
  });
  expect(Object.fromEntries(found)).toMatchObject({
    User: 'grader',
    DynamicUser: true,
    StateDirectory: ['tshub-services/grader'],
    MemoryMax: 2n ** 30n,
    CPUQuotaPerSecUSec: 1_500_000n,
    TasksMax: 20n,
    Nice: 5,
    ProtectSystem: 'strict',
    Restart: 'on-failure',
  });
});

test('a socket in its own place gets a folder that the proxy may pass; one elsewhere does not', () => {
  const at = (path: string) => ({ url: `http+unix://${encodeURIComponent(path)}` });
  expect(properties(at('/run/tshub-services/grader/sock')).get('RuntimeDirectory')).toEqual(['tshub-services/grader']);
  expect(properties(at('/run/tshub-services/other/sock')).has('RuntimeDirectory')).toBe(false);
});

test('the settings that it was started with can be told from those of now', () => {
  const before = definition(properties({}));
  expect(definition(properties({}))).toBe(before);
  expect(definition(properties({ tasks_max: 5 }))).not.toBe(before);
  expect(definition(properties({}, { ...hub, cookie_host_prefix: true }))).not.toBe(before);
});

test.each([
  [{ user: 'root' }, 'user'],
  [{ user: '0' }, 'user'],
  [{ user: '' }, 'user'],
  [{ command: ['grader'] }, 'command'],
  [{ command: [], dynamic_user: true }, 'dynamic_user'],
  [{ environment: { A: 'b\nUser=root' } }, 'environment'],
  [{ unit_extra_properties: { ExecStart: '/bin/sh' } }, 'unit_extra_properties'],
])('%j is no service', (service, where) => {
  const parsed = schema.safeParse({ services: { grader: { command: ['/srv/grader'], user: 'grader', ...service } } });
  expect(parsed.error?.issues[0]?.path).toEqual(expect.arrayContaining(['services', 'grader', where]));
});
