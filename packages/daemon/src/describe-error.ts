import { TshubError } from '@tshub/contract';
import { censored, isSecret } from './secret-names.ts';

/** An error as a log record holds it. */
export interface DescribedError {
  readonly message: string;
  readonly code?: string;
  /** Missing for a TshubError: its sentence says it all, and its stack would only hide that. */
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const deepest = 5;

/** Describes whatever was thrown, with its causes. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error))
    return { message: typeof error === 'string' ? error : (JSON.stringify(error, withoutSecrets) ?? 'undefined') };
  const { code } = error as { code?: unknown };
  return {
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error instanceof TshubError || error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth >= deepest ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

function withoutSecrets(key: string, value: unknown): unknown {
  return isSecret(key, value) ? censored : value;
}
