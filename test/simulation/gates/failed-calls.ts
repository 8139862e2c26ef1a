import {
  ContainerGroupsError,
  type GroupAnswer,
  type GroupRefusal,
} from '../../../lib/containers/container-groups.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import type { Failure, Outcome } from '../port-call.ts';

const RETRY_AFTER_SECONDS = 17;

type Failing<Result> = (how: Failure) => Outcome<Result>;

/** Errors as the storage adapters throw them, which do not distinguish 401 from 403. */
export function storageFailure(label: string): Failing<never> {
  return (how) => {
    const code = how === 'unauthorized' ? 'denied' : how;
    return { error: new StorageError(code, `${label}: simulated`) };
  };
}

export function registryFailure(label: string): Failing<never> {
  return (how) => ({ error: new RegistryError(how, `${label}: simulated`, waitFor(how)) });
}

export function groupsFailure(label: string): Failing<never> {
  return (how) => ({
    error: new ContainerGroupsError(refusalOf(how), `${label}: simulated`, waitFor(how)),
  });
}

export function refused(how: Failure): Outcome<GroupAnswer> {
  const refusal = refusalOf(how);
  return { value: { ok: false, refusal, detail: 'simulated', ...waitFor(how) } };
}

function refusalOf(how: Failure): GroupRefusal {
  if (how === 'denied') return 'unauthorized';
  return how === 'unexpected' ? 'unavailable' : how;
}

function waitFor(how: Failure): { readonly retryAfterSeconds?: number } {
  return how === 'throttled' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
}
