/**
 * Repositories that a policy can't name: our own (worker, mirrors, staging, database) and those of the
 * registry's policy documents.
 */
const RESERVED_PREFIXES = ['patchwright/', 'csscpolicies/'] as const;

export const RESERVED = 'is reserved for Patchwright or the registry itself and is never patched';

export function isReservedRepository(repository: string): boolean {
  return RESERVED_PREFIXES.some((prefix) => repository.startsWith(prefix));
}

/** The repositories whose names come from settings. */
export interface ConfiguredRepositories {
  readonly database: { readonly repository: string };
  readonly toolingMirror: string;
  readonly scanWorkerImage: { readonly repository: string };
  readonly patchWorkerImage: { readonly repository: string };
}

/** True for a repository that the settings name, and for every repository below it. */
export function isConfiguredRepository(
  repository: string,
  { database, toolingMirror, scanWorkerImage, patchWorkerImage }: ConfiguredRepositories,
): boolean {
  const ours = [
    database.repository,
    toolingMirror,
    scanWorkerImage.repository,
    patchWorkerImage.repository,
  ];
  return ours.some((name) => repository === name || repository.startsWith(`${name}/`));
}

/** Prefix of the repositories with the marks of the installations that patch a repository. */
export const MARKS_PREFIX = 'patchwright/claims/';

/** Prefix of the repositories where patches wait until they are verified. */
export const STAGING_PREFIX = 'patchwright/staging/';
