import { type EventName, events } from '@tshub/contract';
import type { JournalField } from '@tshub/native';
import type { DescribedError } from './describe-error.ts';

// syslog(3): pino's levels are 10 to 60.
const priorities: ReadonlyArray<readonly [level: number, priority: number]> = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
];
const debugPriority = 7;

const notFields = new Set(['level', 'time', 'msg', 'program', 'error', 'err']);

/** One pino record as the journal's fields; what is not MESSAGE, PRIORITY and the like becomes TSHUB_<NAME>. */
export function journalFields(name: string, record: Readonly<Record<string, unknown>>): JournalField[] {
  const fields: JournalField[] = [
    ['MESSAGE', String(record['msg'] ?? '')],
    ['PRIORITY', String(priority(Number(record['level'])))],
    ['SYSLOG_IDENTIFIER', name],
  ];
  const event = record['event'];
  if (typeof event === 'string' && event in events) fields.push(['MESSAGE_ID', events[event as EventName].id]);
  for (const [key, value] of Object.entries(record)) {
    const fieldName = notFields.has(key) ? undefined : journalName(key);
    if (fieldName && value !== null) fields.push([fieldName, asText(value)]);
  }
  const error = record['error'] ?? record['err'];
  if (error) fields.push(...errorFields(error as DescribedError));
  return fields;
}

function priority(level: number): number {
  return priorities.find(([from]) => level >= from)?.[1] ?? debugPriority;
}

// `remoteAddress` -> `TSHUB_REMOTE_ADDRESS`; the journal drops names it does not like, so they are made to fit.
function journalName(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9_]/g, '_');
  return `TSHUB_${words.toUpperCase()}`.slice(0, 64);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// TSHUB_ERROR reads "what happened: because of this: because of that"; TSHUB_STACK holds the stacks there are.
function errorFields(error: DescribedError): JournalField[] {
  const chain: DescribedError[] = [];
  for (let link: DescribedError | undefined = error; link; link = link.cause) chain.push(link);
  const stacks = chain.flatMap(({ stack }) => stack ?? []);
  return [
    ['TSHUB_ERROR', chain.map(({ message }) => message).join(': ')],
    ...(error.code === undefined ? [] : [['TSHUB_ERROR_CODE', error.code] as const]),
    ...(stacks.length === 0 ? [] : [['TSHUB_STACK', stacks.join('\ncaused by ')] as const]),
  ];
}
