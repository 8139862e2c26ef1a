/**
 * Repositories that discovery never selects: our own (worker, mirrors, staging, database) and those
 * that hold the registry's policy documents.
 */
const RESERVED_PREFIXES = ['patchwright/', 'csscpolicies/'] as const;

export function isReservedRepository(repository: string): boolean {
  return RESERVED_PREFIXES.some((prefix) => repository.startsWith(prefix));
}

/** What settings may put anywhere in the registry. */
export interface ConfiguredRepositories {
  readonly database: { readonly repository: string };
  readonly toolingMirror: string;
  readonly scanWorkerImage: { readonly repository: string };
  readonly patchWorkerImage: { readonly repository: string };
}

/** Whether it is one that settings name as ours, or stands below one. */
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

/** Where a patch of this repository waits until it is verified. */
export const STAGING_PREFIX = 'patchwright/staging/';
