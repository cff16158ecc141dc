import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Addon } from './addon.ts';

// Beside a bundle when installed; where scripts/build-native puts it otherwise.
const places = ['./native/tshub_native.node', '../build/Release/tshub_native.node'];

/** The compiled functions; see addon.ts. */
export const addon: Addon = load();

function load(): Addon {
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const file = files.find((candidate) => existsSync(candidate));
  if (!file)
    throw new Error(`the native addon is missing (looked for ${files.join(' and ')}); run scripts/build-native`);
  return createRequire(import.meta.url)(file) as Addon;
}
