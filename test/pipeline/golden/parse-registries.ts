import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { TagConventions } from '../../../lib/image/tag-convention.ts';

export interface GoldenTag {
  readonly tag: Tag;
  /** In the words of registries.txt. */
  readonly image: string;
  readonly expected: string;
}

/** One repository with its entry in the policy. */
export interface GoldenRegistry {
  readonly title: string;
  readonly repository: RepositoryName;
  readonly convention: TagConventions;
  readonly selected: readonly string[];
  readonly tags: readonly GoldenTag[];
}

/** Parses registries.txt; its head explains the format. Throws at the first line that does not fit. */
export function parseRegistries(text: string): readonly GoldenRegistry[] {
  const blocks = text.trim().split(/\n\n(?=# )/);
  // The head is a block of comments only.
  const registries = blocks.filter((block) => !/^#[^\n]*\n#/.test(block));
  return registries.map((block) => {
    const [title = '', entry = '', ...rows] = block.trim().split('\n');
    const [repository, convention, selected = ''] = entry.split(', ');
    return {
      title: title.slice(2),
      repository: RepositoryName.parse(repository),
      convention: conventionIn(convention),
      selected: selected.split(' '),
      tags: rows.map(parseRow),
    };
  });
}

function conventionIn(text = ''): TagConventions {
  return TagConventions.parse(text.includes('+') ? text.split('+') : text);
}

function parseRow(row: string): GoldenTag {
  const [, tag, image, expected] = /^(\S+) +(.+?) +→ (.+)$/.exec(row) ?? [];
  if (image === undefined || expected === undefined) throw new Error(`not a tag: ${row}`);
  return { tag: Tag.parse(tag), image, expected };
}
