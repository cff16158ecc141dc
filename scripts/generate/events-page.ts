import { events } from '@tshub/contract';
import { notice, table, type Document } from './document.ts';

export function eventsPage(): Document[] {
  const rows = Object.entries(events).map(([name, { id, says, help }]) => [`\`${name}\``, says, help, `\`${id}\``]);
  const text = `<!-- ${notice} -->\n# Events in the journal\n\n\`journalctl TSHUB_EVENT=login-refused\` finds every event of a kind, \`journalctl TSHUB_USER=ada\` everything about a person, and \`journalctl -x\` explains.\n\n${table(['event', 'means', 'help', 'MESSAGE_ID'], rows)}\n`;
  return [{ path: 'docs/reference/events.md', text }];
}
