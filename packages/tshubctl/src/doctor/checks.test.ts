import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { checks } from './checks.ts';
import type { HostFacts } from './facts.ts';

const settings = (spawner: Record<string, unknown> = {}) => schema.parse({ spawner });
const unit = (name: string, active = 'active', load = 'loaded') => ({
  unit: name,
  load,
  active,
  sub: 'running',
  result: active === 'failed' ? 'exit-code' : 'success',
  since: 0n,
});

const well: HostFacts = {
  controllers: ['cpu', 'io', 'memory', 'pids'],
  systemdVersion: 257,
  nodeVersion: '20.19.2',
  polkitVersion: '126',
  settings: settings(),
  settingsProblem: '',
  missingFiles: [],
  missingAccounts: [],
  serverPam: '# not pam_systemd\nsession required pam_limits.so\n',
  units: [unit('tshub.service'), unit('tshub-spawnerd.service', 'inactive')],
  freeBytes: { '/run': 1n << 30n },
  program: { path: '/usr/bin/jupyterhub-singleuser', version: '5.2.1' },
  isClockSynchronized: true,
  userNamespaces: 10_000,
  leftBehind: [],
  peopleInJournal: 100,
};

const find = (facts: Partial<HostFacts>) =>
  checks.map(({ name, judge }) => ({ name, ...judge({ ...well, ...facts }) })).filter(({ level }) => level !== 'ok');

test('a host that has everything passes every check', () => {
  expect(find({})).toEqual([]);
});

test('checks are told in the order of their names', () => {
  const names = checks.map(({ name }) => name);
  expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
});

const ills: ReadonlyArray<readonly [string, Partial<HostFacts>, 'warn' | 'fail', RegExp]> = [
  ['accounts', { missingAccounts: ['tshub'] }, 'fail', /^no account tshub$/],
  ['clock', { isClockSynchronized: false }, 'warn', /not synchronized/],
  ['control groups', { controllers: ['cpu', 'pids'] }, 'warn', /no controller io, memory$/],
  [
    'control groups',
    { controllers: ['pids'], settings: settings({ mem_limit: '1G' }) },
    'fail',
    /not enforced: mem_limit/,
  ],
  ['control groups', { controllers: null }, 'fail', /cgroup v2 is not mounted.*not enforced: tasks_max/],
  ['disk', { freeBytes: { '/run': 1n << 20n } }, 'fail', /^only 1.0 MiB left for \/run$/],
  ['files', { missingFiles: ['/etc/pam.d/tshub'] }, 'fail', /\/etc\/pam\.d\/tshub/],
  ['journal', { peopleInJournal: 500 }, 'warn', /8 MiB for each of 500 people/],
  ['node', { nodeVersion: '20.18.0' }, 'fail', /older than 20.19/],
  ['PAM session', { serverPam: '@include common-session' }, 'fail', /no limit holds/],
  ['PAM session', { serverPam: 'session optional pam_systemd.so' }, 'fail', /no limit holds/],
  ['polkit', { polkitVersion: '' }, 'fail', /does not answer/],
  [
    'restores',
    { leftBehind: [{ place: '/etc/tshub', isThere: true, before: ['/etc/tshub.before-restore-1'], stages: [] }] },
    'warn',
    /from before a restore/,
  ],
  [
    'restores',
    { leftBehind: [{ place: '/etc/tshub', isThere: false, before: ['/etc/tshub.before-restore-1'], stages: [] }] },
    'fail',
    /cut off/,
  ],
  ['server program', { program: null }, 'fail', /^command not found: jupyterhub-singleuser$/],
  ['server program', { program: { path: '/x', version: '4.1.0' } }, 'fail', /JupyterHub 4.1.0/],
  ['settings', { settings: null, settingsProblem: 'tshub.toml: proxy.port: …' }, 'fail', /proxy.port/],
  ['systemd', { systemdVersion: 252 }, 'fail', /older than 257/],
  ['units', { units: [unit('tshub.service', 'failed')] }, 'fail', /^tshub.service has failed \(exit-code\)$/],
  ['units', { units: [unit('tshub.service', 'inactive')] }, 'fail', /^tshub.service is inactive$/],
  ['units', { units: [unit('tshub.service', 'inactive', 'not-found')] }, 'fail', /^tshub.service is not-found$/],
  ['user namespaces', { userNamespaces: 0 }, 'fail', /no user namespaces/],
];

test.each(ills)('%s: what is wrong is said, and what to do', (name, facts, level, says) => {
  const found = find(facts);
  expect(found).toMatchObject([{ name, level, says: expect.stringMatching(says) }]);
  expect(found[0]?.advice).toMatch(/\S/);
});

test('every check has a host that it finds fault with', () => {
  expect(new Set(ills.map(([name]) => name))).toEqual(new Set(checks.map(({ name }) => name)));
});
