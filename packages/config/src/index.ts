export { loadSettings, type LoadOptions } from './load.ts';
export { printSettings } from './print.ts';
export { schema, type Settings } from './schema.ts';
export { loadSecrets, type LoginSecrets, noSecrets, type SecretPlaces } from './secrets.ts';
