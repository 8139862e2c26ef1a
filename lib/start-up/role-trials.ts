import type { Clock } from '../clock.ts';
import { failureName } from '../http/connection-failure.ts';
import type { WorkerImage } from '../pipeline/services.ts';
import type { Throttle } from '../pipeline/stores/throttle.ts';
import { type Registry, RegistryError } from '../registry/registry.ts';
import { grantedScopes } from '../registry/token-scopes.ts';
import { StorageError } from '../storage/storage-error.ts';

/** A small operation that succeeds once the app's role assignments are in effect. */
export interface RoleTrial {
  readonly what: string;
  /** Returns the reason of a refusal; undefined if allowed. Throws on any other failure. */
  readonly refusal: () => Promise<string | undefined>;
}

interface TriedServices {
  readonly throttle: Pick<Throttle, 'heldUntil'>;
  readonly clock: Clock;
  readonly registry: Pick<Registry, 'mintToken'>;
  readonly options: { readonly scanWorkerImage: Pick<WorkerImage, 'repository'> };
}

/** Reads a table and requests a registry token. Each needs a different role. */
export function roleTrials({
  throttle,
  clock,
  registry,
  options,
}: TriedServices): readonly RoleTrial[] {
  const { repository } = options.scanWorkerImage;
  return [
    {
      what: 'storage',
      refusal: () =>
        refusalOf(async () => {
          await throttle.heldUntil(clock.now());
          return undefined;
        }),
    },
    {
      what: 'the registry',
      refusal: () =>
        refusalOf(async () => {
          const { token } = await registry.mintToken([{ repository, actions: ['pull'] }]);
          // An identity without roles may still get a token, but one without rights.
          return grantedScopes(token)?.length === 0 ? `no right to pull ${repository}` : undefined;
        }),
    },
  ];
}

async function refusalOf(attempt: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}

/** Only the ports' own errors are known to hold no secret, so other errors give just their name. */
export function detailOf(error: unknown): string {
  const known = error instanceof StorageError || error instanceof RegistryError;
  return known ? error.message : failureName(error);
}

function isRefusal(error: unknown): error is StorageError | RegistryError {
  if (error instanceof StorageError) return error.code === 'denied';
  return (
    error instanceof RegistryError && (error.code === 'unauthorized' || error.code === 'denied')
  );
}
