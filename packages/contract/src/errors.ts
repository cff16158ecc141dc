import { errorPrefix } from './names.ts';

/** What a code means at each boundary. `{name}` in a sentence is filled from the error's parameters. */
export interface ErrorRow {
  /** HTTP status of the REST boundary and of pages. */
  readonly status: number;
  /** Exit code of tshubctl: 1 refused or failed, 2 wrong use, 3 not found, 4 not allowed, 5 daemon away, 78 configuration. */
  readonly exit: number;
  /** The public sentence: safe to show to whoever asked. */
  readonly says: string;
}

const rows = {
  already_running: { status: 400, exit: 1, says: '{server} is already running' },
  backup_refused: { status: 400, exit: 1, says: '{problem}' },
  bad_request: { status: 400, exit: 2, says: '{problem}' },
  body_invalid: { status: 400, exit: 2, says: 'Invalid JSON in body of request' },
  body_too_large: { status: 413, exit: 2, says: 'the body is larger than {limit} bytes' },
  cannot_delete_yourself: { status: 400, exit: 1, says: 'Cannot delete yourself!' },
  config_invalid: { status: 500, exit: 78, says: '{problem}' },
  daemon_away: { status: 503, exit: 5, says: '{unit} does not answer; see: systemctl status {unit}' },
  disk_full: {
    status: 507,
    exit: 1,
    says: 'The disk of the hub is full: {where}; nothing was lost, and it goes on when there is room again. An administrator can look with: df -h {where}',
  },
  forbidden: { status: 403, exit: 4, says: '{problem}' },
  group_exists: { status: 409, exit: 1, says: 'Group {group} already exists' },
  group_unknown: { status: 404, exit: 3, says: 'No such group: {group}' },
  internal: {
    status: 500,
    exit: 1,
    says: 'Something went wrong here (id {id}); the journal has the details: journalctl TSHUB_ID={id}',
  },
  login_busy: { status: 503, exit: 1, says: 'Too many logins at once. Please try again in a moment.' },
  login_refused: { status: 403, exit: 4, says: '{problem}' },
  login_throttled: {
    status: 429,
    exit: 4,
    says: 'Too many failed logins. Please wait {seconds} seconds and try again.',
  },
  login_unchecked: {
    status: 503,
    exit: 1,
    says: 'Logins cannot be checked at the moment. Please try again, and tell the administrator if it stays so.',
  },
  method_not_allowed: { status: 405, exit: 2, says: 'Method Not Allowed' },
  no_credentials: { status: 403, exit: 4, says: 'Missing or invalid credentials.' },
  no_scope: { status: 403, exit: 4, says: 'Action is not authorized with current scopes; requires any of [{scopes}]' },
  not_accessible: { status: 404, exit: 3, says: 'No access to resources or resources not found' },
  not_found: { status: 404, exit: 3, says: '{what} not found' },
  not_running: { status: 400, exit: 1, says: '{server} is not running' },
  not_starting: { status: 400, exit: 1, says: '{server} is not starting' },
  pending: { status: 400, exit: 1, says: '{server} is pending {pending}' },
  role_exists: { status: 409, exit: 1, says: 'Role {role} already exists' },
  role_managed: { status: 405, exit: 1, says: 'Role {role} {by} and cannot be changed here' },
  route_conflict: { status: 409, exit: 1, says: 'the route {prefix} is reserved' },
  server_exists: { status: 409, exit: 1, says: '{server} already exists' },
  server_limit: { status: 429, exit: 1, says: '{problem}' },
  service_exists: { status: 409, exit: 1, says: 'Service {service} already exists' },
  service_managed: {
    status: 405,
    exit: 1,
    says: 'Service {service} is defined in tshub.toml and cannot be removed here',
  },
  share_code_unknown: {
    status: 404,
    exit: 3,
    says: 'There is no such share, or it has expired; ask whoever sent the link for a new one',
  },
  spawn_failed: { status: 500, exit: 1, says: '{problem}' },
  spawn_refused: { status: 403, exit: 4, says: '{problem}' },
  too_many_requests: { status: 429, exit: 1, says: '{problem}' },
  user_exists: { status: 409, exit: 1, says: 'User {user} already exists' },
  user_name_invalid: { status: 400, exit: 2, says: 'Invalid username(s): {user}' },
  users_exist: { status: 409, exit: 1, says: 'All {count} users already exist' },
  xsrf: { status: 403, exit: 4, says: '{problem}' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof rows;
export const errors: Readonly<Record<ErrorCode, ErrorRow>> = rows;

export type ErrorParams = Readonly<Record<string, string | number>>;

/** The one error of this project. The sentence comes from the table; details and cause are for the log only. */
export class TshubError extends Error {
  override readonly name = 'TshubError';
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { cause?: unknown }) {
    super(fill(errors[code].says, params), options);
    this.code = code;
    this.params = params;
  }

  get status(): number {
    return errors[this.code].status;
  }

  get exit(): number {
    return errors[this.code].exit;
  }
}

function fill(sentence: string, params: ErrorParams): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => (key in params ? String(params[key]) : whole));
}

/** `already_running` -> `org.tshub.Error.AlreadyRunning`. */
export function errorBusName(code: ErrorCode): string {
  return errorPrefix + code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const codesByBusName = new Map((Object.keys(rows) as ErrorCode[]).map((code) => [errorBusName(code), code]));

/** The code behind a bus error name, or undefined for a foreign one. */
export function errorFromBusName(name: string): ErrorCode | undefined {
  return codesByBusName.get(name);
}

/** A TshubError that arrived with a finished sentence from another process; keeps that sentence. */
export function receivedError(code: ErrorCode, message: string, options?: { cause?: unknown }): TshubError {
  const error = new TshubError(code, {}, options);
  error.message = message;
  return error;
}
