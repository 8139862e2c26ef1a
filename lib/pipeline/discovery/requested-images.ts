import type { RepositoryName } from '../../image/reference.ts';
import { loadPolicyText } from '../../policy/load-policy.ts';
import { parsePolicy, type RepositoryRule } from '../../policy/policy.ts';
import type { Run } from '../records/run.ts';
import type { Services } from '../services.ts';

/**
 * Explains which of the requested images, each as `repository:tag`, the policy does not cover, one a
 * line. Undefined if it covers all; also if it can't be read, since the run then says so.
 */
export async function uncoveredImages(
  { registry, options }: Pick<Services, 'registry' | 'options'>,
  images: readonly string[],
): Promise<string | undefined> {
  const loaded = await loadPolicyText({ registry, setting: options.policySetting });
  const parsed = loaded.found ? parsePolicy(loaded.text, options) : undefined;
  if (!parsed?.ok) return undefined;
  const covers = ({ repository, tags, enabled }: RepositoryRule, image: string) =>
    enabled &&
    image.startsWith(`${repository}:`) &&
    (tags[0] === '*' || tags.some((tag) => image === `${repository}:${tag}`));
  const missing = images.filter(
    (image) => !parsed.value.repositories.some((rule) => covers(rule, image)),
  );
  if (missing.length === 0) return undefined;
  const why = (image: string) => {
    const entry = parsed.value.faulty.find(({ repository }) => image.startsWith(`${repository}:`));
    return entry === undefined
      ? 'no enabled rule of the policy covers it'
      : `its entry in the policy can’t be used: ${entry.faults.join('; ')}`;
  };
  return missing.map((image) => `${image}: ${why(image)}`).join('\n');
}

/** The tags of a repository that a run looks at; undefined for all that the policy names. */
export function requestedTags(
  { images }: Pick<Run, 'images'>,
  repository: RepositoryName,
): ReadonlySet<string> | undefined {
  if (images === undefined) return undefined;
  const prefix = `${repository}:`;
  const own = images.filter((image) => image.startsWith(prefix));
  return new Set(own.map((image) => image.slice(prefix.length)));
}
