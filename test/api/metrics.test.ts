import { afterEach, describe, expect, test } from 'vitest';
import { hubForTest, type TestHub } from '../support/hub-for-test.ts';

let t: TestHub;
afterEach(() => t.close());

/** The names that the peer's dashboards read (its contract 10). */
const peerNames = [
  'request_duration_seconds',
  'server_spawn_duration_seconds',
  'server_stop_seconds',
  'server_poll_duration_seconds',
  'proxy_add_duration_seconds',
  'proxy_delete_duration_seconds',
  'proxy_poll_duration_seconds',
  'check_routes_duration_seconds',
  'login_duration_seconds',
  'logout_duration_seconds',
  'hub_startup_duration_seconds',
  'init_spawners_duration_seconds',
  'event_loop_interval_seconds',
  'running_servers',
  'total_users',
  'active_users',
  'csp_reports_total',
];

describe('metrics', () => {
  test('are for holders of read:metrics, at both addresses, and have all of the names of the peer', async () => {
    t = await hubForTest();
    await t.user('boss', { admin: true });
    await t.user('ada');
    expect((await t.api('/metrics')).status).toBe(403);
    const ada = await t.token('ada');
    expect((await t.api('/metrics', { token: ada })).status).toBe(403);
    const refused = await t.browser().get('/hub/metrics', { Authorization: `token ${ada}` });
    expect([refused.status, refused.headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    const headers = { Authorization: `token ${await t.token('boss', ['read:metrics'])}` };
    const answers = [await t.api('/metrics', { headers }), await t.browser().get('/hub/metrics', headers)];
    for (const { status, headers: got, text } of answers) {
      expect([status, got['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
      for (const name of peerNames) expect(text, name).toMatch(new RegExp(`^# TYPE jupyterhub_${name} `, 'm'));
    }
  });

  test('count what happened: starts, refused starts, stops, logins, routes and requests', async () => {
    t = await hubForTest({ settings: { hub: { authenticate_prometheus: false } } });
    const browser = t.browser();
    await browser.login('ada', 'wrong');
    await browser.login('ada', 'ada-password');
    const token = await t.token('ada');
    await t.api('/users/ada/server', { method: 'POST', token });
    await t.api('/users/ada/server', { method: 'POST', token });
    expect((await browser.get('/hub/metrics')).text).toMatch(/^jupyterhub_running_servers 1$/m);
    await t.api('/users/ada/server', { method: 'DELETE', token });
    const { text } = await t.api('/metrics');
    for (const line of [
      'jupyterhub_server_spawn_duration_seconds_count{status="success",reason=""} 1',
      'jupyterhub_server_spawn_duration_seconds_count{status="error",reason="already-pending"} 1',
      'jupyterhub_server_stop_seconds_count{status="success"} 1',
      'jupyterhub_login_duration_seconds_count{status="success"} 1',
      'jupyterhub_login_duration_seconds_count{status="failure"} 1',
      'jupyterhub_proxy_add_duration_seconds_count{status="success"} 1',
      'jupyterhub_proxy_delete_duration_seconds_count{status="success"} 1',
      'jupyterhub_request_duration_seconds_count{method="POST",handler="/hub/api/users/:user/server",code="201"} 1',
      'jupyterhub_total_users 1',
      'jupyterhub_active_users{period="24h"} 1',
      'jupyterhub_running_servers 0',
    ])
      expect(text.split('\n')).toContain(line);
  });

  test('count reports of browsers, of those who are logged in', async () => {
    t = await hubForTest({ settings: { hub: { authenticate_prometheus: false } } });
    const report = { method: 'POST', body: '{"csp-report":{}}', headers: { 'Content-Type': 'application/csp-report' } };
    const browser = t.browser();
    expect((await browser.send('/hub/security/csp-report', report)).status).toBe(403);
    await browser.login('ada', 'ada-password');
    expect((await browser.send('/hub/security/csp-report', report)).status).toBe(204);
    expect((await t.api('/metrics')).text).toMatch(/^jupyterhub_csp_reports_total 1$/m);
  });
});
