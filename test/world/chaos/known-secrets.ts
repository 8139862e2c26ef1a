import type { FunctionsHost } from '../functions-host/functions-host.ts';
import type { World } from '../world.ts';

/** The secrets of a local Azure that can't be found by their form. */
export function knownSecrets(world: World, host: FunctionsHost): string[] {
  const { connectionString } = world.storage.account;
  const key = /AccountKey=([^;]+)/.exec(connectionString)?.[1];
  if (key === undefined) throw new Error('the storage account has no key');
  const { IDENTITY_HEADER } = world.identity.environment;
  return [key, IDENTITY_HEADER, host.keys.master, host.keys.function];
}
