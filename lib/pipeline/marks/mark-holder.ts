import type { RepositoryName, Tag } from '../../image/reference.ts';
import { ordinal } from '../../ordinal.ts';
import type { Registry, TagAttributes } from '../../registry/registry.ts';
import { marksOf } from './mark-names.ts';

/** Installations that share one registry are few. */
const MAX_PAGES = 10;

/** Returns the installation whose mark on a repository is the oldest; undefined without any mark. */
export async function markHolder(
  registry: Pick<Registry, 'listTags'>,
  repository: RepositoryName,
): Promise<Tag | undefined> {
  return (await marksByAge(registry, repository))[0];
}

/** Returns the installations with a mark on a repository, the one with the oldest first. */
export async function marksByAge(
  registry: Pick<Registry, 'listTags'>,
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

/** Of two marks of the same moment, the one whose name sorts first: every reader sees the same. */
function byAge(marks: readonly TagAttributes[]): readonly TagAttributes[] {
  const time = ({ createdAt }: TagAttributes) => createdAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return marks.toSorted((one, other) => {
    const [first, second] = [time(one), time(other)];
    return first === second ? ordinal(one.tag, other.tag) : first - second;
  });
}
