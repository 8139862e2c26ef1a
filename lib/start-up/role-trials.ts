import { failureName } from '../http/connection-failure.ts';
import type { Services } from '../pipeline/services.ts';
import { RegistryError } from '../registry/registry.ts';
import { grantedScopes } from '../registry/token-scopes.ts';
import { StorageError } from '../storage/storage-error.ts';

/** Something small that the app may do once its roles count. */
export interface RoleTrial {
  readonly what: string;
  /** How it is refused; undefined where it is not. Any other failure is thrown. */
  readonly refusal: () => Promise<string | undefined>;
}

/** One read of a table, and one token of the registry: each needs a role of its own. */
export function roleTrials({
  builders,
  registry,
  options,
}: Pick<Services, 'builders' | 'registry' | 'options'>): readonly RoleTrial[] {
  const { repository } = options.scanWorkerImage;
  return [
    {
      what: 'storage',
      refusal: () =>
        refusalOf(async () => {
          // There is no such region, and that is an answer.
          await builders.has('start-up');
          return undefined;
        }),
    },
    {
      what: 'the registry',
      refusal: () =>
        refusalOf(async () => {
          const { token } = await registry.mintToken([{ repository, actions: ['pull'] }]);
          // An identity without roles may get a token all the same, one that allows nothing.
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

/** The ports' own errors name what was tried and hold no secret; of any other nobody knows. */
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
