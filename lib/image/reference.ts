import * as z from 'zod';
import { Digest } from './digest.ts';

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?(?::[0-9]{1,5})?$/;

/** A repository's name inside a registry, for example `team/api`. Grammar: OCI distribution 1.1. */
export const RepositoryName = z
  .string()
  .max(255, 'must have at most 255 characters')
  .regex(REPOSITORY, 'must be lower-case path components joined by "/"')
  .brand<'RepositoryName'>();
export type RepositoryName = z.infer<typeof RepositoryName>;

/** Completes a sentence that begins with a tag. */
export const TAG_RULE =
  'must be 1 to 128 letters, digits, "_", "." or "-", and not start with "." or "-"';

/** A tag: 1 to 128 characters, never starting with `.` or `-`. Grammar: OCI distribution 1.1. */
export const Tag = z.string().regex(TAG, TAG_RULE).brand<'Tag'>();
export type Tag = z.infer<typeof Tag>;

/** A registry's login server: host name and optional port, lower-case, without a scheme. */
export const RegistryHost = z
  .string()
  .regex(HOST, 'must be a host name such as myregistry.azurecr.io, without https://')
  .brand<'RegistryHost'>();
export type RegistryHost = z.infer<typeof RegistryHost>;

/** An image in a registry, pinned by digest. */
export const PinnedImage = z.object({ repository: RepositoryName, digest: Digest });
export type PinnedImage = z.infer<typeof PinnedImage>;

export function formatPinned(host: RegistryHost, image: PinnedImage): string {
  return `${host}/${image.repository}@${image.digest}`;
}

export function formatTagged(host: RegistryHost, repository: RepositoryName, tag: Tag): string {
  return `${host}/${repository}:${tag}`;
}

export interface NamedReference {
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
}

/** Parses what follows the repository in `:TAG`, `@DIGEST` or `:TAG@DIGEST`. */
export function referenceIn(text: string): NamedReference | undefined {
  const [, tag, digest] = /^(?::([^@:]*))?(?:@(.*))?$/.exec(text) ?? [];
  const parsed = { tag: Tag.safeParse(tag).data, digest: Digest.safeParse(digest).data };
  const whole = (tag !== undefined) === (parsed.tag !== undefined);
  const some = parsed.tag !== undefined || parsed.digest !== undefined;
  return whole && some && (digest !== undefined) === (parsed.digest !== undefined)
    ? parsed
    : undefined;
}
