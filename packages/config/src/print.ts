import { stringify } from 'smol-toml';
import type { Settings } from './schema.ts';

/** The settings as TOML that loads back to the same settings. */
export function printSettings(settings: Settings): string {
  return stringify(settings);
}
