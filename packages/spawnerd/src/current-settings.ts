import type { Settings } from '@tshub/config';
import { TshubError } from '@tshub/contract';
import type { Log } from '@tshub/daemon';

/**
 * The settings as they are on disk at each request, so that root's word counts from the next start on, without a reload.
 * Throws what `load` throws the first time; later a broken file is said once, and what was good before goes on.
 */
export function currentSettings(load: () => Settings, log: Log): () => Settings {
  let good = load();
  let said = '';
  return () => {
    try {
      good = load();
      said = '';
    } catch (error) {
      if (!(error instanceof TshubError)) throw error;
      if (said !== error.message)
        log.warn({ event: 'config-kept' }, `going on with the old settings: ${error.message}`);
      said = error.message;
    }
    return good;
  };
}
