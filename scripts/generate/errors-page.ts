import { errorBusName, errors, type ErrorCode } from '@tshub/contract';
import { notice, table, type Document } from './document.ts';

export function errorsPage(): Document[] {
  const rows = (Object.keys(errors) as ErrorCode[]).map((code) => {
    const { status, exit, says } = errors[code];
    return [`\`${code}\``, String(status), `\`${errorBusName(code)}\``, String(exit), says];
  });
  const text = `<!-- ${notice} -->\n# Errors\n\nOne code is the same failure everywhere: the status of the REST API and of pages, the name on the bus, the exit code of \`tshubctl\`.\n\n${table(['code', 'HTTP', 'D-Bus', 'exit', 'says'], rows)}\n`;
  return [{ path: 'docs/reference/errors.md', text }];
}
