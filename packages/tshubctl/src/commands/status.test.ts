import { units } from '@tshub/contract';
import { expect, test } from 'vitest';
import { problemsOf, renderStatus, type StatusFacts, type UnitState } from './status.ts';

const now = 1_700_000_000_000;
const running = (unit: string): UnitState => ({
  unit,
  load: 'loaded',
  active: 'active',
  sub: 'running',
  result: 'success',
  since: BigInt(now - 300_000),
});
const idle: UnitState = { ...running(units.spawner), active: 'inactive', sub: 'dead' };
const noTls = { tls: false, fingerprint: '', certificateNames: [], certificateExpires: 0n };
const well: Omit<StatusFacts, 'problems'> = {
  units: [running(units.hub), running(units.proxy), running(units.culler), idle],
  socket: running(units.proxySocket),
  url: 'http://lab:8000/',
  hub: {
    version: '0.1.0',
    advertised: '5.5.1',
    started: 1n,
    users: 3,
    activeServers: 1,
    pendingServers: 1,
    authenticator: 'pam',
  },
  proxy: { version: '0.1.0', connections: 4, websockets: 2, requests: 9n, routes: 1, ...noTls },
  culler: {
    version: '0.1.0',
    enabled: true,
    timeout: 3600,
    every: 600,
    lastRound: BigInt(now),
    culled: 2,
    problem: '',
  },
};
const screen = { columns: undefined, isColoured: false, now };

test('a hub that is well has no problems; a spawner that waits is well', () => {
  expect(problemsOf(well, 8000, null)).toEqual([]);
  expect(renderStatus({ ...well, problems: [] }, screen)).toBe(
    [
      'UNIT                    STATE                    SINCE',
      'tshub.service           active (running)         5 min ago',
      'tshub-proxyd.service    active (running)         5 min ago',
      'tshub-cullerd.service   active (running)         5 min ago',
      'tshub-spawnerd.service  idle (starts on demand)  5 min ago',
      '',
      '   URL: http://lab:8000/',
      '   Hub: tshub 0.1.0, 3 users, 1 server active, 1 pending',
      ' Login: pam',
      ' Proxy: 1 route, 4 connections, 2 websockets',
      'Culler: stops servers idle for 60 min; last round just now, 2 servers stopped',
    ].join('\n'),
  );
});

test('a proxy with TLS tells what its certificate is', () => {
  const certificate = { tls: true, fingerprint: 'AB:CD', certificateNames: ['lab'], certificateExpires: BigInt(now) };
  const proxy = { version: '0.1.0', connections: 0, websockets: 0, requests: 0n, routes: 0, ...certificate };
  expect(renderStatus({ ...well, proxy, problems: [] }, screen)).toContain('TLS: lab until 2023-11-14, SHA-256 AB:CD');
});

test('a unit that is not running is to be started', () => {
  const facts = { ...well, units: [{ ...idle, unit: units.hub }] };
  expect(problemsOf(facts, 8000, null)).toEqual(['tshub.service is not running: systemctl start tshub']);
});

test('a unit that failed names why and where to read', () => {
  const facts = { ...well, units: [{ ...running(units.spawner), active: 'failed', result: 'exit-code' }] };
  expect(problemsOf(facts, 8000, null)).toEqual([
    'tshub-spawnerd.service has failed (exit-code): journalctl -u tshub-spawnerd.service -n 20',
  ]);
});

test('a port that somebody else has is named with its holder', () => {
  const facts = { ...well, socket: { ...running(units.proxySocket), active: 'failed' } };
  expect(problemsOf(facts, 8000, 'python3 (pid 812)')).toEqual([
    'tshub-proxyd.socket has failed: it could not listen on port 8000; python3 (pid 812) has it. Then: systemctl restart tshub-proxyd.socket',
  ]);
  expect(problemsOf(facts, 8000, null)[0]).toContain('another program may have it (as root: ss -ltnp)');
});

test('what troubles the culler is told', () => {
  const facts = { ...well, culler: well.culler && { ...well.culler, problem: 'tshub.service does not answer' } };
  expect(problemsOf(facts, 8000, null)).toEqual(['the culler has trouble: tshub.service does not answer']);
});
