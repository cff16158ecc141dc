import { expect, test } from 'vitest';
import { endDetail, type UnitEnd } from './end-detail.ts';

const end: UnitEnd = { unit: 'x.service', result: 'exit-code', exitCode: 1, exitStatus: 3, invocation: 'ab12' };
const see = 'see: journalctl INVOCATION_ID=ab12 + _SYSTEMD_INVOCATION_ID=ab12';

test.each<[string, Partial<UnitEnd>, string]>([
  ['an exit of the program', {}, 'result exit-code; its program ended with status 3'],
  [
    'no program',
    { exitStatus: 203 },
    'result exit-code; its program ended with status 203/EXEC (look at: command, the rights of the file, and the interpreter on its first line)',
  ],
  [
    'no account',
    { exitStatus: 217 },
    'result exit-code; its program ended with status 217/USER (look at: the account and the name service: getent passwd)',
  ],
  [
    'no sandbox',
    { exitStatus: 226 },
    'result exit-code; its program ended with status 226/NAMESPACE (look at: readonly_paths, readwrite_paths, bind_paths: one that is missing)',
  ],
  [
    'memory',
    { result: 'oom-kill', exitCode: 2, exitStatus: 9 },
    'result oom-kill (the kernel killed it for memory; mem_limit and user_mem_limit are its limits); its program was ended by signal 9 (SIGKILL)',
  ],
  [
    'a crash',
    { result: 'core-dump', exitCode: 3, exitStatus: 11 },
    'result core-dump; its program dumped core at signal 11 (SIGSEGV)',
  ],
  [
    'a start that took too long',
    { result: 'timeout', exitCode: 2, exitStatus: 15, job: 'failed' },
    'its start job ended as "failed"; result timeout (it took longer than start_timeout, stop_timeout or runtime_max); its program was ended by signal 15 (SIGTERM)',
  ],
  [
    'a start whose end was not waited for',
    { result: 'timeout', exitCode: 0, exitStatus: 0, job: 'no-answer' },
    'its start job did not end in time; result timeout (it took longer than start_timeout, stop_timeout or runtime_max)',
  ],
  [
    'a hook that failed',
    { exitCode: 0, exitStatus: 0, before: { program: '/etc/tshub/hook', exitCode: 1, exitStatus: 2 } },
    'result exit-code; /etc/tshub/hook, run before it, ended with status 2',
  ],
])('%s is told with numbers and where to look', (_, change, told) => {
  expect(endDetail({ ...end, ...change })).toBe(`x.service: ${told}; ${see}`);
});

test('what is not known is left out', () => {
  expect(endDetail({ unit: 'x.service', result: '', exitCode: 0, exitStatus: 0, invocation: '' })).toBe(
    'x.service: result unknown',
  );
});
