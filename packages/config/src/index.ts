export { differing, type Differing, notDefault, type NotDefault } from './compare.ts';
export {
  accountName,
  asksForGroups,
  checkChoice,
  highestOf,
  isAccount,
  type Choice,
  profilesFor,
  settingsFor,
  userOfAccount,
  type Who,
} from './effective.ts';
export { readOrNull, tellInUse } from './hide-secrets.ts';
export { afterReload, type InUse, keepWaiting } from './in-use.ts';
export { parseBind } from './kinds.ts';
export { loadSettings, type LoadOptions, loadWithOrigin } from './load.ts';
export { type HostFacts, lacks, needsOf } from './needs.ts';
export { printSettings } from './print.ts';
export { rootOnlyProblem } from './root-only.ts';
export { pageLanguages } from './sections/pages.ts';
export { outsideBounds, type Profile, type ProfileOption } from './sections/profiles.ts';
export { schema, type Settings } from './schema.ts';
export { settingsReader } from './settings-reader.ts';
export { loadSecrets, type LoginSecrets, noSecrets, type SecretPlaces } from './secrets.ts';
export { extraProperty, extraPropertyTable } from './unit-property.ts';
