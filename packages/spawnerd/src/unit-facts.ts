/** What PID 1 knows about the unit of a server, in plain values. */
export interface UnitFacts {
  readonly activeState: string;
  readonly subState: string;
  readonly result: string;
  /** How the program ended: 1 exited, 2 killed, 3 dumped; 0 when it never ran or still runs. */
  readonly exitCode: number;
  readonly exitStatus: number;
  /** Exit code and status of the first command before the program that failed; null when none did. */
  readonly preparation: { readonly exitCode: number; readonly exitStatus: number; readonly program: string } | null;
  readonly invocation: string;
  /** null while nothing runs. */
  readonly uid: number | null;
  readonly dynamic: boolean;
  readonly program: string;
  readonly user: string;
  readonly workingDirectory: string;
  /** Of a server with transport = "tcp". */
  readonly port: number | null;
  /** The profile that it was started with, '' for none. */
  readonly profile: string;
  /** Of a service: a hash of the settings that it was started with. */
  readonly definition: string;
  /** 0 while nothing runs. */
  readonly mainPid: number;
  /** ReadOnlyPaths and ReadWritePaths that must exist. */
  readonly requiredPaths: readonly string[];
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  /** undefined where the host does not count, or there is no limit. */
  readonly memoryCurrent: bigint | undefined;
  readonly memoryPeak: bigint | undefined;
  readonly memoryMax: bigint | undefined;
  readonly cpuNanoseconds: bigint | undefined;
  readonly tasks: bigint | undefined;
}

type Raw = Readonly<Record<string, unknown>>;

const unset = 2n ** 64n - 1n;
const unsetUid = 2 ** 32 - 1;

/** Properties of org.freedesktop.systemd1.Unit and .Service as the bus gives them; a missing one reads as empty. */
export function readUnitFacts(raw: Raw): UnitFacts {
  const uid = number(raw.UID);
  return {
    activeState: text(raw.ActiveState),
    subState: text(raw.SubState),
    result: text(raw.Result),
    exitCode: number(raw.ExecMainCode),
    exitStatus: number(raw.ExecMainStatus),
    preparation: failedPreparation(list(raw.ExecStartPre)),
    invocation: hex(raw.InvocationID),
    uid: raw.UID === undefined || uid === unsetUid ? null : uid,
    dynamic: raw.DynamicUser === true,
    program: text(list(list(raw.ExecStart)[0])[0]),
    user: text(raw.User),
    workingDirectory: text(raw.WorkingDirectory),
    port: portOf(fieldOf(raw, 'TSHUB_PORT')),
    definition: fieldOf(raw, 'TSHUB_DEFINITION') ?? '',
    mainPid: number(raw.MainPID),
    profile: fieldOf(raw, 'TSHUB_PROFILE') ?? '',
    requiredPaths: [...list(raw.ReadOnlyPaths), ...list(raw.ReadWritePaths), ...list(raw.InaccessiblePaths)]
      .concat([...list(raw.BindPaths), ...list(raw.BindReadOnlyPaths)].filter(isRequired).map((bind) => list(bind)[0]))
      .map(text)
      .filter((path) => path.startsWith('/')),
    startTimeoutMs: milliseconds(raw.TimeoutStartUSec),
    stopTimeoutMs: milliseconds(raw.TimeoutStopUSec),
    memoryCurrent: counter(raw.MemoryCurrent),
    memoryPeak: counter(raw.MemoryPeak),
    memoryMax: counter(raw.MemoryMax),
    cpuNanoseconds: counter(raw.CPUUsageNSec),
    tasks: counter(raw.TasksCurrent),
  };
}

// Each entry: path, argv, ignore-failure, four time stamps, pid, exit code, exit status.
function failedPreparation(commands: readonly unknown[]): UnitFacts['preparation'] {
  for (const command of commands) {
    const fields = list(command);
    const exitCode = number(fields[8]);
    const exitStatus = number(fields[9]);
    if (exitCode === 0 || exitStatus === 0) continue;
    const program = text(fields[0]);
    // Hooks are run by env(1); their own name is last.
    return { exitCode, exitStatus, program: program.endsWith('/env') ? text(list(fields[1]).at(-1)) : program };
  }
  return null;
}

// Entries of BindPaths: source, place, whether the source may be missing, flags.
function isRequired(bind: unknown): boolean {
  return list(bind)[2] !== true;
}

function portOf(text: string | null): number | null {
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) : null;
}

/** What a field of LogExtraFields says: spawnerd's own notes on a unit. */
function fieldOf(raw: Raw, name: string): string | null {
  for (const field of list(raw.LogExtraFields)) {
    const pair = field instanceof Uint8Array ? Buffer.from(field).toString() : '';
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  }
  return null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function counter(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && value !== unset ? value : undefined;
}

function milliseconds(value: unknown): number {
  return Number(counter(value) ?? 0n) / 1000;
}

function hex(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
}
