/**
 * Repositories that discovery never selects: our own (worker, mirrors, staging, database) and those
 * that hold the registry's policy documents.
 */
const RESERVED_PREFIXES = ['patchwright/', 'csscpolicies/'] as const;

export function isReservedRepository(repository: string): boolean {
  return RESERVED_PREFIXES.some((prefix) => repository.startsWith(prefix));
}

/** Where a patch of this repository waits until it is verified. */
export const STAGING_PREFIX = 'patchwright/staging/';
