import { inspect } from 'node:util';
import { RegistryError } from '../../../lib/registry/registry.ts';

/** The error of the registry with which this fails. */
export async function errorOf(promise: Promise<unknown>): Promise<RegistryError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryError)) throw new Error(`no RegistryError: ${inspect(error)}`);
  return error;
}
