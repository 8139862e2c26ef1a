import { RegistryError } from './registry.ts';

/** Throws where the bytes that were read, or the registry's word for what was put, are not as named. */
export function requireDigest(
  operation: string,
  digests: { readonly expected: string; readonly actual: string },
): void {
  const { expected, actual } = digests;
  if (actual === expected) return;
  throw new RegistryError('digest-mismatch', `${operation}: the bytes are ${actual}`);
}
