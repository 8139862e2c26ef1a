/**
 * Whether the vulnerability database holds advisories for this operating system. `platforms` are
 * the names of its buckets. Without advisories nothing is ever found, so such an image must not be
 * called clean.
 */
export function hasAdvisories(
  os: { readonly family: string; readonly name: string },
  platforms: readonly string[],
): boolean {
  const bucket = advisoryPlatform(os);
  return bucket !== undefined && platforms.includes(bucket);
}

/** The database's bucket for this operating system; undefined: it has none for this family. */
export function advisoryPlatform(os: {
  readonly family: string;
  readonly name: string;
}): string | undefined {
  const [major = '', minor = ''] = os.name.split('.');
  switch (os.family) {
    case 'debian':
      return `debian ${major}`;
    case 'ubuntu':
    case 'alpine':
      return `${os.family} ${major}.${minor}`;
    default:
      return undefined;
  }
}
