import { constants } from 'node:os';
import type { UnitFacts } from '../unit-facts.ts';

/** What looking at the file system after a failure adds to what PID 1 says. */
export interface Hindsight {
  /** Of the unit's folders and paths, those that do not exist. */
  readonly missing: readonly string[];
}

type EndFacts = Pick<
  UnitFacts,
  | 'activeState'
  | 'result'
  | 'exitCode'
  | 'exitStatus'
  | 'preparation'
  | 'program'
  | 'user'
  | 'workingDirectory'
  | 'requiredPaths'
  | 'startTimeoutMs'
  | 'memoryMax'
  | 'memoryPeak'
>;

const exited = 1;

/** Why a server ended or did not start, as one sentence without a full stop; '' while nothing is wrong. Table: systemd.exec(5), "Process Exit Codes". */
export function reasonFor(facts: EndFacts, hindsight: Hindsight = { missing: [] }): string {
  if (facts.activeState === 'active') return '';
  if (facts.result === 'success') return facts.activeState === 'failed' ? 'failed' : '';
  switch (facts.result) {
    case 'oom-kill':
      return outOfMemory(facts);
    case 'timeout':
      return facts.exitCode === 0
        ? `did not start within ${facts.startTimeoutMs / 1000} seconds`
        : 'took too long and was ended';
    case 'resources':
      return 'the host could not give what the server needs (memory, processes or a file): see the log';
    case 'start-limit-hit':
      return 'was started too often in a short time';
    case 'watchdog':
      return 'stopped answering the service manager';
    case 'exit-code':
    case 'signal':
    case 'core-dump':
      return endOfProgram(facts, hindsight);
    default:
      return `failed (${facts.result})`;
  }
}

function endOfProgram(facts: EndFacts, hindsight: Hindsight): string {
  const { preparation } = facts;
  if (facts.exitCode === 0 && preparation) {
    const setup = setupProblem(preparation.exitStatus, facts, hindsight);
    if (preparation.exitCode !== exited)
      return `${preparation.program} was ended by ${signalName(preparation.exitStatus)} before the server started`;
    return setup && preparation.exitStatus !== 203 ? setup : preparationProblem(preparation);
  }
  if (facts.exitCode === exited)
    return setupProblem(facts.exitStatus, facts, hindsight) ?? `exited with code ${facts.exitStatus}`;
  const killed = facts.exitStatus === constants.signals.SIGKILL;
  // With OOMPolicy=continue the kernel's kill shows as a plain SIGKILL; the peak gives it away.
  if (killed && isFull(facts)) return outOfMemory(facts);
  return `ended by signal ${signalName(facts.exitStatus)}`;
}

function preparationProblem({ program, exitStatus }: { program: string; exitStatus: number }): string {
  if (program.endsWith('/setfacl')) {
    return exitStatus === 203
      ? 'setfacl is missing, which the server needs for its socket: install the package acl'
      : 'access to the folder of the socket could not be set (setfacl): see the log';
  }
  return `${program} failed before the server started (code ${exitStatus})`;
}

// Codes that systemd's own child gives before the program runs; a program that uses the same numbers is beyond telling apart.
function setupProblem(code: number, facts: EndFacts, { missing }: Hindsight): string | null {
  const { workingDirectory, user, program, requiredPaths } = facts;
  const missingPath = requiredPaths.find((path) => missing.includes(path));
  switch (code) {
    case 126:
      return 'exited with code 126 (a command cannot be run)';
    case 127:
      return 'exited with code 127 (a command was not found)';
    case 200:
      return missing.includes(workingDirectory)
        ? `the working directory ${workingDirectory} does not exist`
        : `the working directory ${workingDirectory} does not exist or ${user} may not enter it`;
    case 203:
      return missing.includes(program)
        ? `command not found: ${program}`
        : `cannot run ${program}: it, or the interpreter that it names, is missing or not executable`;
    case 216:
      return `the groups of ${user} could not be set`;
    case 217:
      return `there is no account ${user}`;
    case 219:
      return 'its control group could not be set up';
    case 224:
      return `PAM refused a session for ${user}: see /etc/pam.d/tshub-server and the log`;
    case 226:
      return missingPath
        ? `the path ${missingPath} in readonly_paths or readwrite_paths does not exist`
        : 'its sandbox could not be set up; often a path in readonly_paths or readwrite_paths does not exist: see the log';
    case 228:
      return 'its system call filter could not be set up';
    case 233:
      return 'the folder for its socket could not be made';
    case 238:
      return 'its state directory could not be made';
    case 243:
      return 'its credentials could not be read';
    default:
      return null;
  }
}

function isFull({ memoryMax, memoryPeak }: EndFacts): boolean {
  return memoryMax !== undefined && memoryPeak !== undefined && memoryPeak * 100n >= memoryMax * 95n;
}

function outOfMemory({ memoryMax }: EndFacts): string {
  return memoryMax === undefined
    ? 'out of memory: the host has none left'
    : `out of memory: limit ${formatSize(memoryMax)}`;
}

/** `256 MiB`, `1.5 GiB`. */
export function formatSize(bytes: bigint): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? String(number);
}
