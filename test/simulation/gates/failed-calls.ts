import {
  ContainerGroupsError,
  type GroupAnswer,
} from '../../../lib/containers/container-groups.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import type { Outcome } from '../port-call.ts';

const RETRY_AFTER_SECONDS = 17;

/** Errors as the adapters of storage throw them. */
export function storageFailure(
  label: string,
): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => ({ error: new StorageError(how, `${label}: simulated`) });
}

export function registryFailure(
  label: string,
): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => {
    const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
    return { error: new RegistryError(how, `${label}: simulated`, wait) };
  };
}

export function groupsFailure(label: string): (how: 'unavailable' | 'throttled') => Outcome<never> {
  return (how) => {
    const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
    return { error: new ContainerGroupsError(how, `${label}: simulated`, wait) };
  };
}

export function refused(how: 'unavailable' | 'throttled'): Outcome<GroupAnswer> {
  const wait = how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
  return { value: { ok: false, refusal: how, detail: 'simulated', ...wait } };
}
