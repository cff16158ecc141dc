import { extraPropertyTable } from '@tshub/config';
import { expect, test } from 'vitest';
import type { UnitFacts } from '../unit-facts.ts';
import { formatSize, reasonFor } from './reason.ts';
import { detailOf } from './status.ts';

const ended: UnitFacts = {
  activeState: 'failed',
  subState: 'failed',
  result: 'exit-code',
  exitCode: 1,
  exitStatus: 1,
  preparation: null,
  invocation: '',
  uid: null,
  dynamic: false,
  program: '/usr/bin/jupyterhub-singleuser',
  user: 'ada',
  port: null,
  profile: '',
  definition: '',
  mainPid: 0,
  workingDirectory: '/home/ada',
  requiredPaths: ['/srv', '/data'],
  startTimeoutMs: 60_000,
  stopTimeoutMs: 20_000,
  memoryCurrent: undefined,
  memoryPeak: undefined,
  memoryMax: undefined,
  cpuNanoseconds: undefined,
  tasks: undefined,
};
const MiB = 2n ** 20n;
const before = (program: string, exitStatus: number, exitCode = 1) => ({
  exitCode: 0,
  exitStatus: 0,
  preparation: { program, exitCode, exitStatus },
});

const rows: ReadonlyArray<readonly [what: string, facts: Partial<UnitFacts>, missing: string[], sentence: string]> = [
  ['a running server', { activeState: 'active', result: 'success' }, [], ''],
  ['a running server with an old result', { activeState: 'active' }, [], ''],
  ['a clean end', { activeState: 'inactive', result: 'success', exitStatus: 0 }, [], ''],
  ['an exit code', { exitStatus: 3 }, [], 'exited with code 3'],
  ['a shell that misses a command', { exitStatus: 127 }, [], 'exited with code 127 (a command was not found)'],
  ['a signal', { result: 'signal', exitCode: 2, exitStatus: 9 }, [], 'ended by signal SIGKILL'],
  ['a core dump', { result: 'core-dump', exitCode: 3, exitStatus: 11 }, [], 'ended by signal SIGSEGV'],
  [
    'a kill with the memory full',
    { result: 'signal', exitCode: 2, exitStatus: 9, memoryMax: 256n * MiB, memoryPeak: 255n * MiB },
    [],
    'out of memory: limit 256 MiB',
  ],
  [
    'a kill with memory to spare',
    { result: 'signal', exitCode: 2, exitStatus: 9, memoryMax: 256n * MiB, memoryPeak: 20n * MiB },
    [],
    'ended by signal SIGKILL',
  ],
  [
    'an oom kill',
    { result: 'oom-kill', exitCode: 2, exitStatus: 9, memoryMax: 1536n * MiB },
    [],
    'out of memory: limit 1.5 GiB',
  ],
  ['an oom kill without a limit', { result: 'oom-kill' }, [], 'out of memory: the host has none left'],
  ['a start that took too long', { result: 'timeout', exitCode: 0 }, [], 'did not start within 60 seconds'],
  ['an end that took too long', { result: 'timeout', exitCode: 2, exitStatus: 15 }, [], 'took too long and was ended'],
  [
    'a missing program',
    { exitStatus: 203 },
    ['/usr/bin/jupyterhub-singleuser'],
    'command not found: /usr/bin/jupyterhub-singleuser',
  ],
  [
    'a missing interpreter',
    { exitStatus: 203 },
    [],
    'cannot run /usr/bin/jupyterhub-singleuser: it, or the interpreter that it names, is missing or not executable',
  ],
  ['a missing working directory', { exitStatus: 200 }, ['/home/ada'], 'the working directory /home/ada does not exist'],
  [
    'a closed working directory',
    { exitStatus: 200 },
    [],
    'the working directory /home/ada does not exist or ada may not enter it',
  ],
  [
    'a missing path',
    { exitStatus: 226 },
    ['/data'],
    'the path /data in readonly_paths or readwrite_paths does not exist',
  ],
  [
    'a sandbox that failed',
    { exitStatus: 226 },
    [],
    'its sandbox could not be set up; often a path in readonly_paths or readwrite_paths does not exist: see the log',
  ],
  ['an account that went away', { exitStatus: 217 }, [], 'there is no account ada'],
  [
    'a refusal of PAM',
    { exitStatus: 224 },
    [],
    'PAM refused a session for ada: see /etc/pam.d/tshub-server and the log',
  ],
  ['a state directory that failed', { exitStatus: 238 }, [], 'its state directory could not be made'],
  ['groups that failed', { exitStatus: 216 }, [], 'the groups of ada could not be set'],
  ['a control group that failed', { exitStatus: 219 }, [], 'its control group could not be set up'],
  ['a system call filter that failed', { exitStatus: 228 }, [], 'its system call filter could not be set up'],
  ['a folder of the socket that failed', { exitStatus: 233 }, [], 'the folder for its socket could not be made'],
  ['credentials that are missing', { exitStatus: 243 }, [], 'its credentials could not be read'],
  ['a command that cannot be run', { exitStatus: 126 }, [], 'exited with code 126 (a command cannot be run)'],
  [
    'a watchdog that barked',
    { result: 'watchdog', exitCode: 2, exitStatus: 6 },
    [],
    'stopped answering the service manager',
  ],
  [
    'a host without room',
    { result: 'resources', exitCode: 0, exitStatus: 0 },
    [],
    'the host could not give what the server needs (memory, processes or a file): see the log',
  ],
  [
    'a start after too many',
    { result: 'start-limit-hit', exitCode: 0, exitStatus: 0 },
    [],
    'was started too often in a short time',
  ],
  [
    'setup that failed before the program',
    before('/usr/bin/true', 226),
    ['/srv'],
    'the path /srv in readonly_paths or readwrite_paths does not exist',
  ],
  [
    'setfacl that is missing',
    before('/usr/bin/setfacl', 203),
    [],
    'setfacl is missing, which the server needs for its socket: install the package acl',
  ],
  [
    'setfacl that failed',
    before('/usr/bin/setfacl', 1),
    [],
    'access to the folder of the socket could not be set (setfacl): see the log',
  ],
  [
    'a kill before the program',
    before('/usr/bin/true', 9, 2),
    [],
    '/usr/bin/true was ended by SIGKILL before the server started',
  ],
  ['a result that is new to us', { result: 'brand-new' }, [], 'failed (brand-new)'],
];

test.each(rows)('%s has its sentence', (_, facts, missing, sentence) => {
  expect(reasonFor({ ...ended, ...facts }, { missing })).toBe(sentence);
});

test.each(rows.filter(([, , , sentence]) => sentence !== ''))(
  '%s has a longer one for administrators: unit, numbers, and the way to its journal',
  (_, facts, __, sentence) => {
    const unit = 'tshub-server-ada.service';
    const end = { ...ended, invocation: '0123456789abcdef0123456789abcdef', ...facts };
    const detail = detailOf(unit, end);
    expect(detail.startsWith(`${unit}: result ${end.result}`)).toBe(true);
    expect(detail.length).toBeGreaterThan(sentence.length);
    expect(detail).toContain(`see: journalctl INVOCATION_ID=${end.invocation}`);
    const { exitCode, exitStatus } = end.preparation ?? end;
    if (exitCode !== 0) expect(detail).toMatch(new RegExp(`(status|signal) ${exitStatus}\\b`));
  },
);

test.each([
  [0n, '0 bytes'],
  [1536n, '1.5 KiB'],
  [2n ** 30n, '1 GiB'],
])('%s bytes read as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test('an administrator is sent to properties that unit_extra_properties can have, and to drop-ins for the others', () => {
  const codes = Array.from({ length: 46 }, (_, i) => 200 + i);
  const told = codes.map((exitStatus) => detailOf('x.service', { ...ended, exitStatus })).join('\n');
  const names = (place: string): string[] =>
    [...told.matchAll(new RegExp(`look at: ([^;)\\n]*?) in ${place}`, 'g'))].flatMap(([, all = '']) =>
      all.split(' and '),
    );
  const isKnown = (name: string): boolean =>
    Object.keys(extraPropertyTable).some((one) =>
      name.endsWith('…') ? one.startsWith(name.slice(0, -1)) : one === name,
    );
  expect(names('unit_extra_properties').length).toBeGreaterThan(4);
  expect(names('unit_extra_properties').filter((name) => !isKnown(name))).toEqual([]);
  expect(names('a drop-in').length).toBeGreaterThan(4);
  expect(names('a drop-in').filter(isKnown)).toEqual([]);
});
