import { schema } from '@tshub/config';
import { expect, test } from 'vitest';
import { checks } from './checks.ts';
import type { HostFacts } from './facts.ts';
import { kernelNeeds } from './kernel.ts';

const settings = (spawner: Record<string, unknown> = {}) => schema.parse({ spawner });
const unit = (name: string, active = 'active', load = 'loaded') => ({
  unit: name,
  load,
  active,
  sub: 'running',
  result: active === 'failed' ? 'exit-code' : 'success',
  since: 0n,
});

const wellMade = kernelNeeds.map(({ option }) => `CONFIG_${option}=y\n`).join('');
const without = (option: string): string => wellMade.replace(`CONFIG_${option}=y`, `# CONFIG_${option} is not set`);

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
  kernelConfig: wellMade,
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
  [
    'control groups',
    {
      controllers: ['cpu', 'io', 'memory', 'pids'],
      settings: settings({ users: { ada: { unit_extra_properties: { AllowedCPUs: '0' } } } }),
    },
    'fail',
    /no controller cpuset; not enforced: users.ada.unit_extra_properties.AllowedCPUs$/,
  ],
  ['control groups', { controllers: null }, 'fail', /cgroup v2 is not mounted.*not enforced: tasks_max/],
  ['disk', { freeBytes: { '/run': 1n << 20n } }, 'fail', /^only 1.0 MiB left for \/run$/],
  ['files', { missingFiles: ['/etc/pam.d/tshub'] }, 'fail', /\/etc\/pam\.d\/tshub/],
  ['journal', { peopleInJournal: 500 }, 'warn', /8 MiB for each of 500 people/],
  [
    'kernel',
    { kernelConfig: without('CFS_BANDWIDTH') },
    'warn',
    /^made without CONFIG_CFS_BANDWIDTH: cpu_limit and user_cpu_limit are not enforced$/,
  ],
  ['kernel', { kernelConfig: without('CFS_BANDWIDTH'), settings: settings({ cpu_limit: 2 }) }, 'fail', /CFS_BANDWIDTH/],
  [
    'kernel',
    { kernelConfig: without('CGROUP_BPF'), settings: settings({ groups: { guests: { isolate_devices: true } } }) },
    'fail',
    /devices and IPAddressDeny are not enforced/,
  ],
  ['kernel', { kernelConfig: without('CGROUP_BPF') }, 'warn', /CGROUP_BPF/],
  ['kernel', { kernelConfig: without('TMPFS_POSIX_ACL') }, 'fail', /no server starts/],
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

test('a kernel of which nothing tells how it was made is not found fault with', () => {
  expect(find({ kernelConfig: null })).toEqual([]);
});

test('every check has a host that it finds fault with', () => {
  expect(new Set(ills.map(([name]) => name))).toEqual(new Set(checks.map(({ name }) => name)));
});

/** What a peer's check looks for, and the check here that fails without it, or why none does. */
type Peer = readonly [option: string, here: Partial<HostFacts> | string, check: string];

const controllers = (...missing: readonly string[]): Partial<HostFacts> => ({
  controllers: ['cpu', 'cpuset', 'io', 'memory', 'pids'].filter((one) => !missing.includes(one)),
});
const kernel = (option: string): Peer => [option, { kernelConfig: without(option) }, 'kernel'];
const groups = (option: string, controller: string): Peer => [option, controllers(controller), 'control groups'];
const noNetwork = 'servers share the network of the host; nothing is filtered, bridged or translated';
const noStorage = 'servers live in the file systems that the host has';

// systemdspawner's check-kernel.bash has the first two; the others are of Moby's check-config.sh.
const peers: readonly Peer[] = [
  groups('MEMCG', 'memory'),
  kernel('FAIR_GROUP_SCHED'),
  ['CGROUPS', { controllers: null }, 'control groups'],
  groups('CGROUP_SCHED', 'cpu'),
  groups('CGROUP_PIDS', 'pids'),
  groups('BLK_CGROUP', 'io'),
  [
    'CPUSETS',
    { ...controllers('cpuset'), settings: settings({ unit_extra_properties: { AllowedCPUs: '0' } }) },
    'control groups',
  ],
  kernel('BLK_DEV_THROTTLING'),
  kernel('CFS_BANDWIDTH'),
  kernel('CGROUP_BPF'),
  kernel('IPC_NS'),
  kernel('NET_NS'),
  kernel('PID_NS'),
  kernel('UTS_NS'),
  kernel('SECCOMP_FILTER'),
  ['SECCOMP', { kernelConfig: without('SECCOMP_FILTER') }, 'kernel'],
  ['MEMCG_SWAP', { kernelConfig: without('SWAP') }, 'kernel'],
  ['NAMESPACES', { userNamespaces: 0 }, 'user namespaces'],
  ['USER_NS', { userNamespaces: 0 }, 'user namespaces'],
  ['CGROUP_DEVICE, CGROUP_FREEZER, CGROUP_CPUACCT, CGROUP_HUGETLB', 'of cgroup v1, which systemd 257 does without', ''],
  ['MEMCG_KMEM, RESOURCE_COUNTERS, DEVPTS_MULTIPLE_INSTANCES, IOSCHED_CFQ', 'of kernels before those of Debian 12', ''],
  [
    'KEYS, root_maxkeys',
    'a key ring of its own (KeyringMode=private) is had where it can be, and nothing is kept in it',
    '',
  ],
  ['POSIX_MQUEUE', 'nothing is mounted at /dev/mqueue', ''],
  ['CGROUP_PERF', 'no profile is made of a group', ''],
  ['NET_CLS_CGROUP, CGROUP_NET_PRIO, VETH, BRIDGE, IP_NF_*, IP6_NF_*, NF_NAT, NETFILTER_XT_*, IP_VS*', noNetwork, ''],
  ['VXLAN, IPVLAN, MACVLAN, DUMMY, XFRM*, CRYPTO*, NF_NAT_FTP, NF_NAT_TFTP', noNetwork, ''],
  ['OVERLAY_FS, BTRFS_FS, /dev/zfs, EXT3_FS*, EXT4_FS*', noStorage, ''],
  ['SECURITY_APPARMOR, SECURITY_SELINUX, apparmor_parser', 'no profile of ours is loaded', ''],
  ['LEGACY_VSYSCALL_*', 'programs are those of the host, whose kernel fits them', ''],
];

test.each(peers)('%s, which a peer looks for, is looked for, or needs not be', (_, here, check) => {
  if (typeof here === 'string') expect(here).toMatch(/^\w.* \w/);
  else expect(find(here).map(({ name }) => name)).toEqual([check]);
});
