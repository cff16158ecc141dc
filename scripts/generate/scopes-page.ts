import { defaultRoles, scopes } from '@tshub/contract';
import { notice, table, type Document } from './document.ts';

export function scopesPage(): Document[] {
  const rows = Object.entries(scopes).map(([name, { says, sub }]) => [
    `\`${name}\``,
    sub.map((one) => `\`${one}\``).join(', '),
    says,
  ]);
  const roles = Object.entries(defaultRoles).map(([name, list]) => [
    `\`${name}\``,
    list.map((one) => `\`${one}\``).join(', '),
  ]);
  const text = `<!-- ${notice} -->\n# Scopes and roles\n\nA scope may be narrowed: \`scope!user=NAME\`, \`scope!group=NAME\`, \`scope!server=USER/SERVER\`, \`scope!service=NAME\`.\n\n${table(['scope', 'contains', 'lets its holder'], rows)}\n\n## Built-in roles\n\n${table(['role', 'scopes'], roles)}\n`;
  return [{ path: 'docs/reference/scopes.md', text }];
}
