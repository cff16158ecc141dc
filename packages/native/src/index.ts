export {
  type Account,
  type BareAccount,
  bareUserByName,
  type Group,
  groupByName,
  userByName,
  userByUid,
} from './account.ts';
export type { PeerCredentials } from './addon.ts';
export { type JournalField, journalEntry, journalSend, journalSocket } from './journal.ts';
export { notify, notifyBarrier } from './notify.ts';
export { type PamConverse, pamLogin, type PamMessage, type PamOptions, type PamOutcome } from './pam.ts';
export type { PamReason } from './pam-reason.ts';
export { duplicate, endAfter, peerCredentials, setDumpable, wipe } from './process.ts';
