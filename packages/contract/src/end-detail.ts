import { constants } from 'node:os';

/** What the service manager says of the end of a unit; `exitCode` 1 exited, 2 killed, 3 dumped, 0 never ran. */
export interface UnitEnd {
  readonly unit: string;
  readonly result: string;
  readonly exitCode: number;
  readonly exitStatus: number;
  readonly invocation: string;
  /** The command before the program that failed, if one did. */
  readonly before?: { readonly program: string; readonly exitCode: number; readonly exitStatus: number } | null;
  /** What became of the start, in systemd's words, if it was one. */
  readonly job?: string;
}

/** Codes that systemd's own child ends with before the program runs (systemd.exec(5), "Process Exit Codes"), and where to look. */
const setupCodes: Readonly<Record<number, readonly [name: string, look: string]>> = {
  200: ['CHDIR', 'user_workingdir, or the home of the account'],
  201: ['NICE', 'Nice in unit_extra_properties'],
  202: ['FDS', 'descriptors could not be arranged'],
  203: ['EXEC', 'command, the rights of the file, and the interpreter on its first line'],
  204: ['MEMORY', 'there was no memory to begin with'],
  205: ['LIMITS', 'Limit… in unit_extra_properties'],
  206: ['OOM_ADJUST', 'OOMScoreAdjust in unit_extra_properties'],
  207: ['SIGNAL_MASK', 'signals could not be set'],
  208: ['STDIN', 'standard input could not be opened'],
  209: ['STDOUT', 'the journal could not be reached'],
  210: ['CHROOT', 'RootDirectory in a drop-in: systemctl cat shows it'],
  211: ['IOPRIO', 'IOScheduling… in a drop-in: systemctl cat shows it'],
  213: ['SECUREBITS', 'SecureBits in a drop-in: systemctl cat shows it'],
  214: ['SETSCHEDULER', 'CPUScheduling… in a drop-in: systemctl cat shows it'],
  215: ['CPUAFFINITY', 'CPUAffinity in a drop-in: systemctl cat shows it'],
  216: ['GROUP', 'extra_groups, and the groups of the account'],
  217: ['USER', 'the account and the name service: getent passwd'],
  218: ['CAPABILITIES', 'capabilities could not be dropped'],
  219: ['CGROUP', 'cgroup v2: tshubctl doctor'],
  220: ['SETSID', 'a session could not be made'],
  222: ['STDERR', 'the journal could not be reached'],
  224: ['PAM', '/etc/pam.d/tshub-server, and journalctl -t (sd-pam)'],
  225: ['NETWORK', 'PrivateNetwork in unit_extra_properties'],
  226: ['NAMESPACE', 'readonly_paths, readwrite_paths, bind_paths: one that is missing'],
  227: ['NO_NEW_PRIVILEGES', 'the kernel'],
  228: ['SECCOMP', 'SystemCall… and Restrict… in unit_extra_properties'],
  230: ['PERSONALITY', 'Personality in a drop-in: systemctl cat shows it'],
  231: ['APPARMOR_PROFILE', 'AppArmorProfile in a drop-in: systemctl cat shows it'],
  232: ['ADDRESS_FAMILIES', 'RestrictAddressFamilies in unit_extra_properties'],
  233: ['RUNTIME_DIRECTORY', '/run/tshub-servers, and room in /run'],
  235: ['CHOWN', 'folders could not be given to the account'],
  237: ['KEYRING', 'KeyringMode in unit_extra_properties'],
  238: ['STATE_DIRECTORY', '/var/lib/private/tshub-dynamic, and room on the disk'],
  239: ['CACHE_DIRECTORY', 'CacheDirectory in a drop-in: systemctl cat shows it'],
  240: ['LOGS_DIRECTORY', 'LogsDirectory in a drop-in: systemctl cat shows it'],
  241: ['CONFIGURATION_DIRECTORY', 'ConfigurationDirectory in a drop-in: systemctl cat shows it'],
  242: ['NUMA_POLICY', 'NUMAPolicy in a drop-in: systemctl cat shows it'],
  243: ['CREDENTIALS', 'LoadCredential in a drop-in: systemctl cat shows it'],
  245: ['BPF', 'RestrictFileSystems in a drop-in: systemctl cat shows it'],
};

/** What a result of a unit means to who looks after the host; those that the program's own end explains are left out. */
const results: Readonly<Record<string, string>> = {
  'oom-kill': 'the kernel killed it for memory; mem_limit and user_mem_limit are its limits',
  timeout: 'it took longer than start_timeout, stop_timeout or runtime_max',
  resources: 'the host could not give what the unit needs: memory, processes, a file',
  'start-limit-hit': 'it was started too often in a short time',
  watchdog: 'WatchdogSec in a drop-in, which systemctl cat shows, passed without a sign of life',
  protocol: 'it did not do what Type= in a drop-in expects',
  'exec-condition': 'ExecCondition said no',
};

/** How a server ended, for who looks after the host: the unit, systemd's words for it, where to look, and how to read on. */
export function endDetail(end: UnitEnd): string {
  const { unit, result, invocation, before = null, job } = end;
  const parts = [
    ...(job === undefined || job === 'done' ? [] : [sayJob(job)]),
    result === '' ? 'result unknown' : `result ${result}${result in results ? ` (${results[result]})` : ''}`,
    ...(before === null ? [] : [`${before.program}, run before it, ${sayEnd(before)}`]),
    ...(end.exitCode === 0 ? [] : [`its program ${sayEnd(end)}`]),
    ...(invocation === ''
      ? []
      : [`see: journalctl INVOCATION_ID=${invocation} + _SYSTEMD_INVOCATION_ID=${invocation}`]),
  ];
  return `${unit}: ${parts.join('; ')}`;
}

/** spawnerd's own word for a job that it has waited for long enough. */
function sayJob(job: string): string {
  return job === 'no-answer' ? 'its start job did not end in time' : `its start job ended as "${job}"`;
}

function sayEnd({ exitCode, exitStatus }: Pick<UnitEnd, 'exitCode' | 'exitStatus'>): string {
  if (exitCode !== 1) {
    const name = Object.entries(constants.signals).find(([, number]) => number === exitStatus)?.[0];
    return `${exitCode === 3 ? 'dumped core at' : 'was ended by'} signal ${exitStatus}${name === undefined ? '' : ` (${name})`}`;
  }
  const setup = setupCodes[exitStatus];
  return `ended with status ${exitStatus}${setup === undefined ? '' : `/${setup[0]} (look at: ${setup[1]})`}`;
}
