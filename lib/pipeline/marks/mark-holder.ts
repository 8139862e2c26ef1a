import type { RepositoryName, Tag } from '../../image/reference.ts';
import { ordinal } from '../../ordinal.ts';
import { type Registry, RegistryError, type TagAttributes } from '../../registry/registry.ts';
import { isMarkOf } from './mark-artifact.ts';
import { marksOf } from './mark-names.ts';

/** Installations that share one registry are few. */
const MAX_PAGES = 10;
/** Tags that are no marks, and are skipped. */
const MAX_FOREIGN = 50;

type Reads = Pick<Registry, 'listTags' | 'manifest'>;

/**
 * Returns the installation whose mark on a repository is the oldest; undefined without any mark.
 *
 * @throws RegistryError also if too many other tags are older than the first mark.
 */
export async function markHolder(
  registry: Reads,
  repository: RepositoryName,
): Promise<Tag | undefined> {
  return holderAmong(registry, repository, await tagsByAge(registry, repository));
}

/** Returns the tags in the repository of the marks, the oldest first. Some may be no marks. */
export async function tagsByAge(
  registry: Reads,
  repository: RepositoryName,
): Promise<readonly Tag[]> {
  const marks: TagAttributes[] = [];
  let after: Tag | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const listed = await registry.listTags(
      marksOf(repository),
      after === undefined ? {} : { after },
    );
    marks.push(...(listed?.tags ?? []));
    after = listed?.next;
    if (after === undefined) break;
  }
  return byAge(marks).map(({ tag }) => tag);
}

/** Returns the first of these tags that is a mark. Images that somebody pushed there are skipped. */
export async function holderAmong(
  registry: Reads,
  repository: RepositoryName,
  tags: readonly Tag[],
): Promise<Tag | undefined> {
  const marks = marksOf(repository);
  for (const tag of tags.slice(0, MAX_FOREIGN)) {
    const manifest = await registry.manifest(marks, tag);
    if (manifest !== undefined && isMarkOf(tag, manifest.bytes)) return tag;
  }
  if (tags.length <= MAX_FOREIGN) return undefined;
  throw new RegistryError(
    'unexpected',
    `${marks} has more than ${MAX_FOREIGN} tags that are no marks`,
  );
}

/** Of two tags of the same moment, the one whose name sorts first: every reader sees the same. */
function byAge(marks: readonly TagAttributes[]): readonly TagAttributes[] {
  const time = ({ createdAt }: TagAttributes) => createdAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return marks.toSorted((one, other) => {
    const [first, second] = [time(one), time(other)];
    return first === second ? ordinal(one.tag, other.tag) : first - second;
  });
}
