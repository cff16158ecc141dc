import type { Document } from './document.ts';
import { listSettings, toml } from './settings.ts';

/** The shipped settings file: every setting, commented out at its default. */
export function configSample(): Document[] {
  const lines = [
    '# Settings of tshub. Every setting is listed here, commented out, at its default.',
    '# Check: tshubctl config check. Apply: systemctl reload tshub. More: tshub.toml(5).',
  ];
  let section = '';
  for (const setting of listSettings()) {
    // Tables with names of one's own are examples as a whole: an empty one would be a role called NAME.
    const header = /^\[\w+\]$/.test(setting.section) ? setting.section : `# ${setting.section}`;
    if (setting.section !== section) lines.push('', header);
    section = setting.section;
    lines.push(
      `# ${setting.says}`,
      `# ${setting.key} = ${setting.initial === undefined ? '"…"' : toml(setting.initial)}`,
    );
  }
  return [{ path: 'docs/reference/tshub.toml', text: `${lines.join('\n')}\n` }];
}
