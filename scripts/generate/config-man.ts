import { notice, type Document } from './document.ts';
import { listSettings, toml } from './settings.ts';

export function configMan(): Document[] {
  const parts: string[] = [];
  let section = '';
  for (const { section: here, key, says, kind, initial } of listSettings()) {
    if (here !== section) parts.push(`### [${here}]\n`);
    section = here;
    parts.push(`* \`${key}\`:\n  ${says} A ${kind}; by default \`${toml(initial)}\`.\n`);
  }
  const text = `<!-- ${notice} -->
tshub.toml(5) -- settings of the tshub notebook hub
===================================================

## SYNOPSIS

\`/etc/tshub/tshub.toml\`<br>
\`/etc/tshub/tshub.toml.d/*.toml\`

## DESCRIPTION

The settings of hubd, proxyd, cullerd and spawnerd, in TOML. A missing file means defaults. Files in \`tshub.toml.d\` are read after it, in name order; a key that is set later wins.

The files must belong to root and be writable by nobody else, because spawnerd acts as root on what they say. \`tshubctl config check\` reads them as the daemons do; \`systemctl reload tshub\` applies what can change while the hub runs.

Sizes are numbers of bytes, or texts such as "512M" and "2G" (K, M, G, T are powers of 1024).

## SETTINGS

${parts.join('\n')}
## SEE ALSO

tshub(7), tshubctl(1), systemd.resource-control(5)
`;
  return [{ path: 'docs/man/tshub.toml.5.md', text }];
}
