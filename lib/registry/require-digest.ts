import { RegistryError } from './registry.ts';

/**
 * Throws `digest-mismatch` if the content read, or the digest that the registry reports after a PUT, is
 * not the expected one.
 */
export function requireDigest(
  operation: string,
  digests: { readonly expected: string; readonly actual: string },
): void {
  const { expected, actual } = digests;
  if (actual === expected) return;
  throw new RegistryError('digest-mismatch', `${operation}: the content has the digest ${actual}`);
}
