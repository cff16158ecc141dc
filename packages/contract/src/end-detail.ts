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
  210: ['CHROOT', 'RootDirectory in unit_extra_properties'],
  211: ['IOPRIO', 'IOScheduling… in unit_extra_properties'],
  213: ['SECUREBITS', 'SecureBits in unit_extra_properties'],
  214: ['SETSCHEDULER', 'CPUScheduling… in unit_extra_properties'],
  215: ['CPUAFFINITY', 'CPUAffinity in unit_extra_properties'],
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
  230: ['PERSONALITY', 'Personality in unit_extra_properties'],
  231: ['APPARMOR_PROFILE', 'AppArmorProfile in unit_extra_properties'],
  232: ['ADDRESS_FAMILIES', 'RestrictAddressFamilies in unit_extra_properties'],
  233: ['RUNTIME_DIRECTORY', '/run/tshub-servers, and room in /run'],
  235: ['CHOWN', 'folders could not be given to the account'],
  237: ['KEYRING', 'KeyringMode in unit_extra_properties'],
  238: ['STATE_DIRECTORY', '/var/lib/private/tshub-dynamic, and room on the disk'],
  239: ['CACHE_DIRECTORY', 'CacheDirectory in unit_extra_properties'],
  240: ['LOGS_DIRECTORY', 'LogsDirectory in unit_extra_properties'],
  241: ['CONFIGURATION_DIRECTORY', 'ConfigurationDirectory in unit_extra_properties'],
  242: ['NUMA_POLICY', 'NUMAPolicy in unit_extra_properties'],
  243: ['CREDENTIALS', 'the file that LoadCredential names'],
  245: ['BPF', 'RestrictFileSystems in unit_extra_properties'],
};

/** What a result of a unit means to who looks after the host; those that the program's own end explains are left out. */
const results: Readonly<Record<string, string>> = {
  'oom-kill': 'the kernel killed it for memory; mem_limit and user_mem_limit are its limits',
  timeout: 'it took longer than start_timeout, stop_timeout or runtime_max',
  resources: 'the host could not give what the unit needs: memory, processes, a file',
  'start-limit-hit': 'it was started too often in a short time',
  watchdog: 'WatchdogSec in unit_extra_properties passed without a sign of life',
  protocol: 'it did not do what Type= in unit_extra_properties expects',
  'exec-condition': 'ExecCondition said no',
};

/** How a server ended, for who looks after the host: the unit, systemd's words for it, where to look, and how to read on. */
export function endDetail(end: UnitEnd): string {
  const { unit, result, invocation, before = null, job } = end;
  const parts = [
    ...(job === undefined || job === 'done' ? [] : [`its start job ended as "${job}"`]),
    result === '' ? 'result unknown' : `result ${result}${result in results ? ` (${results[result]})` : ''}`,
    ...(before === null ? [] : [`${before.program}, run before it, ${sayEnd(before)}`]),
    ...(end.exitCode === 0 ? [] : [`its program ${sayEnd(end)}`]),
    ...(invocation === ''
      ? []
      : [`see: journalctl INVOCATION_ID=${invocation} + _SYSTEMD_INVOCATION_ID=${invocation}`]),
  ];
  return `${unit}: ${parts.join('; ')}`;
}

function sayEnd({ exitCode, exitStatus }: Pick<UnitEnd, 'exitCode' | 'exitStatus'>): string {
  if (exitCode !== 1) {
    const name = Object.entries(constants.signals).find(([, number]) => number === exitStatus)?.[0];
    return `${exitCode === 3 ? 'dumped core at' : 'was ended by'} signal ${exitStatus}${name === undefined ? '' : ` (${name})`}`;
  }
  const setup = setupCodes[exitStatus];
  return `ended with status ${exitStatus}${setup === undefined ? '' : `/${setup[0]} (look at: ${setup[1]})`}`;
}
