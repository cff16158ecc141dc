import { needsOf } from '@tshub/config';
import { pamServices, units } from '@tshub/contract';
import { adviceOn } from '../backup/left-behind.ts';
import type { UnitState } from '../commands/status.ts';
import { bytes } from '../output/units.ts';
import type { HostFacts } from './facts.ts';
import { judgeKernel } from './kernel.ts';
import { type Check, ok, type Verdict } from './verdict.ts';

const leastNode = [20, 19] as const;
// 252 writes transient units in words that it does not read: after a daemon-reload no server of a person is known any more.
const leastSystemd = 257;
const leastFree = 200n << 20n;
/** What journald sets aside for each person whose server has ever written something, in MiB. */
const journalEach = 8;
const mostInJournal = 100;

/** Everything that doctor looks at, in the order in which it is told. */
export const checks: readonly Check[] = [
  { name: 'accounts', judge: judgeAccounts },
  { name: 'clock', judge: judgeClock },
  { name: 'control groups', judge: judgeControllers },
  { name: 'disk', judge: judgeDisk },
  { name: 'files', judge: judgeFiles },
  { name: 'journal', judge: judgeJournal },
  { name: 'kernel', judge: judgeKernel },
  { name: 'node', judge: judgeNode },
  { name: 'PAM session', judge: judgePam },
  { name: 'polkit', judge: judgePolkit },
  { name: 'restores', judge: judgeRestores },
  { name: 'server program', judge: judgeProgram },
  { name: 'settings', judge: judgeSettings },
  { name: 'systemd', judge: judgeSystemd },
  { name: 'units', judge: judgeUnits },
  { name: 'user namespaces', judge: judgeNamespaces },
];

function judgeAccounts({ missingAccounts }: HostFacts): Verdict {
  if (missingAccounts.length === 0) return ok('the accounts of the daemons exist');
  return { level: 'fail', says: `no account ${missingAccounts.join(', ')}`, advice: 'systemd-sysusers' };
}

function judgeClock({ isClockSynchronized }: HostFacts): Verdict {
  if (isClockSynchronized === true) return ok('the clock is synchronized');
  if (isClockSynchronized === null) return ok('nothing tells whether the clock is synchronized');
  return {
    level: 'warn',
    says: 'the clock is not synchronized: logins and idle times depend on it',
    advice: 'timedatectl set-ntp true',
  };
}

/** Whether a setting is used or not, these are what limits stand on; of others only those that a setting asks for are looked for. */
const usualControllers = ['cpu', 'io', 'memory', 'pids'];

function judgeControllers({ controllers, settings }: HostFacts): Verdict {
  const lacks = (controller: string): boolean => controllers?.includes(controller) !== true;
  const needs = settings === null ? [] : needsOf(settings).filter(({ kind }) => kind === 'controller');
  // At its default a setting needs nothing to be as it should; this one is a limit all the same.
  const tasks = { key: 'spawner.tasks_max', kind: 'controller', what: 'pids' } as const;
  const held = settings === null || settings.spawner.tasks_max === 0 ? needs : [tasks, ...needs];
  const missing = [...new Set([...usualControllers, ...held.map(({ what }) => what)])].filter(lacks);
  if (missing.length === 0) return ok('cgroup v2 with the controllers cpu, io, memory and pids');
  const unheld = [...new Set(held.filter(({ what }) => lacks(what)).map(({ key }) => key.replace(/^spawner\./, '')))];
  const what =
    controllers === null
      ? 'cgroup v2 is not mounted at /sys/fs/cgroup'
      : `the control groups have no controller ${missing.join(', ')}`;
  const unheldToo = unheld.length === 0 ? '' : `; not enforced: ${unheld.join(', ')}`;
  return {
    level: unheld.length === 0 ? 'warn' : 'fail',
    says: `${what}${unheldToo}`,
    advice: 'boot with systemd.unified_cgroup_hierarchy=1 cgroup_enable=memory; in a container, ask whoever runs it',
  };
}

function judgeDisk({ freeBytes }: HostFacts): Verdict {
  const low = Object.entries(freeBytes).filter(([, free]) => free < leastFree);
  if (low.length === 0) return ok('there is room in every folder that tshub writes to');
  const says = low.map(([folder, free]) => `only ${bytes(free)} left for ${folder}`).join('; ');
  return { level: 'fail', says, advice: `df -h ${low.map(([folder]) => folder).join(' ')}` };
}

function judgeFiles({ missingFiles }: HostFacts): Verdict {
  if (missingFiles.length === 0) return ok('PAM and polkit files are in place, and setfacl is there');
  return {
    level: 'fail',
    says: `missing: ${missingFiles.join(', ')}`,
    advice: 'apt-get install --reinstall -o Dpkg::Options::=--force-confmiss tshub acl',
  };
}

/** The whole journal has 4 GiB at most unless told otherwise: 500 files of this size, and old events go. */
function judgeJournal({ peopleInJournal }: HostFacts): Verdict {
  if (peopleInJournal <= mostInJournal) return ok('the journal has room for its past');
  return {
    level: 'warn',
    says: `the journal keeps a file of at least ${journalEach} MiB for each of ${peopleInJournal} people, which leaves less for its past`,
    advice: 'set SplitMode=none in the section [Journal] of journald.conf(5), or a larger SystemMaxUse=',
  };
}

function judgeNode({ nodeVersion }: HostFacts): Verdict {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  if (isEnough) return ok(`Node ${nodeVersion}`);
  return {
    level: 'fail',
    says: `Node ${nodeVersion}, older than ${leastNode.join('.')}`,
    advice: 'apt-get install nodejs',
  };
}

function judgePam({ serverPam, settings }: HostFacts): Verdict {
  if (settings?.spawner.pam_session === false) return ok('servers open no PAM session');
  const lines = serverPam.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  if (!lines.some((line) => /pam_systemd\b|\bcommon-session\b/.test(line)))
    return ok('the PAM session of servers leaves them in their control group');
  return {
    level: 'fail',
    says: `/etc/pam.d/${pamServices.server} uses pam_systemd, which moves servers out of their units: no limit holds`,
    advice: 'take pam_systemd and common-session out of that file',
  };
}

function judgePolkit({ polkitVersion }: HostFacts): Verdict {
  if (polkitVersion !== '') return ok(`polkit ${polkitVersion}`);
  return {
    level: 'fail',
    says: 'polkit does not answer: nobody but root may do anything over the bus',
    advice: 'apt-get install polkitd && systemctl restart polkit',
  };
}

function judgeProgram({ program, settings }: HostFacts): Verdict {
  if (settings === null) return ok('not looked for, since the settings have an error');
  const command = settings.spawner.command[0] ?? '';
  if (program === null)
    return {
      level: 'fail',
      says: `command not found: ${command}`,
      advice: 'install it (Debian: apt-get install jupyterhub jupyterlab), or set [spawner] command or extra_paths',
    };
  const major = Number.parseInt(program.version, 10);
  if (program.version !== '' && major < 5)
    return {
      level: 'fail',
      says: `${program.path} is of JupyterHub ${program.version}; it cannot listen on a UNIX socket`,
      advice: 'install JupyterHub 5 or newer, or set [spawner] command',
    };
  return ok(`${program.path}${program.version === '' ? '' : `, version ${program.version}`}`);
}

function judgeRestores({ leftBehind }: HostFacts): Verdict {
  const isCutOff = leftBehind.some(({ isThere, before }) => !isThere && before.length > 0);
  const [advice, ...more] = adviceOn(leftBehind);
  if (advice === undefined) return ok('no restore has left anything');
  const says = isCutOff
    ? 'a restore was cut off'
    : 'something from before a restore, or unpacked by one, is still there';
  return { level: isCutOff ? 'fail' : 'warn', says, advice: [advice, ...more].join('; ') };
}

function judgeSettings({ settingsProblem }: HostFacts): Verdict {
  if (settingsProblem === '') return ok('the settings have no error');
  return { level: 'fail', says: settingsProblem, advice: 'tshubctl config check' };
}

function judgeSystemd({ systemdVersion }: HostFacts): Verdict {
  if (systemdVersion >= leastSystemd) return ok(`systemd ${systemdVersion}`);
  return {
    level: 'fail',
    says: `systemd ${systemdVersion}, older than ${leastSystemd}`,
    advice: 'upgrade to Debian 13 or newer',
  };
}

function judgeUnits({ units: states }: HostFacts): Verdict {
  const ill = states.filter(isIll);
  if (ill.length === 0) return ok('every unit of tshub runs');
  const says = ill.map(({ unit, load, active, result }) => {
    if (load !== 'loaded') return `${unit} is ${load}`;
    return active === 'failed' ? `${unit} has failed (${result})` : `${unit} is ${active}`;
  });
  const names = ill.map(({ unit }) => unit).join(' ');
  const hasFailed = ill.some(({ active }) => active === 'failed');
  return {
    level: 'fail',
    says: says.join('; '),
    advice: hasFailed ? `journalctl --boot -u ${names.replaceAll(' ', ' -u ')}` : 'systemctl enable --now tshub',
  };
}

function isIll({ unit, load, active }: UnitState): boolean {
  if (load !== 'loaded' || active === 'failed') return true;
  // spawnerd comes when it is needed.
  return unit !== units.spawner && active === 'inactive';
}

function judgeNamespaces({ userNamespaces }: HostFacts): Verdict {
  if (userNamespaces > 0) return ok('user namespaces are there');
  return {
    level: 'fail',
    says: 'the kernel allows no user namespaces, which the sandbox of the daemons needs',
    advice: 'sysctl user.max_user_namespaces=10000, and a file in /etc/sysctl.d with it',
  };
}
