import { serverLimits } from './sections/spawner/limits.ts';
import { serverProgram } from './sections/spawner/program.ts';

/** Settings that an option of a profile may set: amounts and small things. What gives rights is for whole profiles, which root writes out. */
const choosable = {
  cpu_limit: serverLimits.cpu_limit,
  default_url: serverProgram.default_url,
  mem_high: serverLimits.mem_high,
  mem_limit: serverLimits.mem_limit,
  runtime_max: serverLimits.runtime_max,
  swap_limit: serverLimits.swap_limit,
  tasks_max: serverLimits.tasks_max,
} as const;

const variable = /^environment\.([A-Za-z_][A-Za-z0-9_]*)$/;

export interface ParsedChoice {
  /** What it changes, to be laid over other settings. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

/** A text that was chosen for a setting, as settings; what was expected instead, when it cannot be one. */
export function parseChoice(setting: string, text: string): ParsedChoice | string {
  const name = variable.exec(setting)?.[1];
  if (name !== undefined) {
    if (/\p{Cc}/u.test(text)) return 'expected a text without control characters';
    return { overrides: { environment: { [name]: text } }, value: text };
  }
  const schema = Object.hasOwn(choosable, setting) ? choosable[setting as keyof typeof choosable] : undefined;
  if (schema === undefined)
    return `expected one of ${Object.keys(choosable).join(', ')} or environment.NAME as the setting`;
  // Numbers first: "4" of a size is 4 bytes, however it is written.
  const candidates = /^\d+(\.\d+)?$/.test(text) ? [Number(text), text] : [text];
  for (const candidate of candidates) {
    const parsed = schema.safeParse(candidate);
    if (parsed.success) return { overrides: { [setting]: parsed.data }, value: parsed.data };
  }
  return `expected another value of ${setting}`;
}
