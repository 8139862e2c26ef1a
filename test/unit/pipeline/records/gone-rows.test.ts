import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { type FoundRepository, goneRows } from '../../../../lib/pipeline/records/gone-rows.ts';
import type { InventoryCopy } from '../../../../lib/pipeline/records/inventory-copy.ts';
import type { InventoryTag } from '../../../../lib/pipeline/records/inventory-tag.ts';

const repository = RepositoryName.parse('team/api');
const [BEFORE, START, LISTED] = ['01:00', '02:00', '02:05'].map(
  (time) => new Date(`2026-11-23T${time}:00Z`),
) as [Date, Date, Date];
const V1 = Tag.parse('v1');
const V1_1 = Tag.parse('v1-1');
const [SOURCE, INDEX, PATCH] = [digestOf('source'), digestOf('index'), digestOf('patch')];

function tagRow(changes: Partial<InventoryTag> = {}): InventoryTag {
  return {
    repository,
    tag: V1,
    present: true,
    presentAt: BEFORE,
    digest: SOURCE,
    state: 'clean',
    runId: 'run',
    at: BEFORE,
    counts: 'known',
    critical: 1,
    ...changes,
  };
}

function copyRow(changes: Partial<InventoryCopy> = {}): InventoryCopy {
  return {
    repository,
    kind: 'digest',
    tag: V1,
    digest: SOURCE,
    present: true,
    presentAt: BEFORE,
    counts: 'known',
    critical: 1,
    runId: 'run',
    ...changes,
  };
}

/** A repository with these tags, of which the policy names some. */
function found(
  tags: Readonly<Record<string, typeof SOURCE>>,
  wanted: readonly Tag[] = [V1],
): FoundRepository {
  const entries = Object.entries(tags).map(
    ([tag, digest]) => [Tag.parse(tag), { digest }] as const,
  );
  return {
    runId: 'run',
    wanted: new Set(wanted),
    tags: new Map(entries),
    since: START,
    listedAt: LISTED,
  };
}

const gone = (rows: readonly InventoryTag[], in_: FoundRepository) =>
  goneRows({ tags: rows, copies: [] }, in_).tags.map((one) => one.gone);
const unused = (
  copies: readonly InventoryCopy[],
  in_: FoundRepository,
  tags: readonly InventoryTag[] = [tagRow()],
) => goneRows({ tags, copies }, in_).copies.map((one) => one.gone);

describe('the row of a tag', () => {
  it('goes without its counts if the policy or the registry lacks the tag', () => {
    expect(gone([tagRow()], found({ 'v1-1': PATCH }, []))).toEqual([
      expect.objectContaining({
        present: false,
        goneAt: LISTED,
        counts: 'unknown',
        state: 'clean',
      }),
    ]);
    expect(gone([tagRow()], found({}, []))[0]).not.toHaveProperty('critical');
  });

  it('keeps the mark of a patch by ACR Continuous Patching', () => {
    const row = tagRow({ origin: 'predecessor' });

    expect(gone([row], found({ v1: SOURCE }, []))).toMatchObject([{ origin: 'predecessor' }]);
  });

  it.each([
    ['it is wanted', tagRow(), [V1]],
    ['it was seen since the run began', tagRow({ presentAt: START }), []],
    ['it is gone already', tagRow({ present: false }), []],
  ] as const)('stays if %s', (_, row, wanted) => {
    expect(gone([row], found({ v1: SOURCE }, wanted))).toEqual([]);
  });
});

describe('the row of a digest', () => {
  it('goes if no tag names the digest', () => {
    expect(unused([copyRow()], found({ v1: digestOf('moved') }))).toEqual([
      {
        repository,
        kind: 'digest',
        tag: V1,
        digest: SOURCE,
        present: false,
        presentAt: BEFORE,
        goneAt: LISTED,
        counts: 'unknown',
        runId: 'run',
      },
    ]);
  });

  it('stays if a wanted tag names the digest', () => {
    expect(unused([copyRow()], found({ v1: SOURCE }))).toEqual([]);
  });

  it('goes if only a tag outside the policy names the digest', () => {
    expect(unused([copyRow()], found({ v1: SOURCE }, []))).toHaveLength(1);
  });

  it('stays if it was seen since the run began', () => {
    expect(unused([copyRow({ presentAt: START })], found({}, []))).toEqual([]);
  });

  it.each(['sourceDigest', 'patchDigest'] as const)(
    'stays if it is the %s of a wanted tag that has not moved',
    (column) => {
      const tags = [tagRow({ digest: INDEX, [column]: SOURCE })];

      expect(unused([copyRow()], found({ v1: INDEX }), tags)).toEqual([]);
      expect(unused([copyRow()], found({ v1: digestOf('moved') }), tags)).toHaveLength(1);
      expect(unused([copyRow()], found({ v1: INDEX }, []), tags)).toHaveLength(1);
    },
  );

  it('stays if it is that of a patch that is still under its tag', () => {
    const patch = copyRow({ kind: 'patch', tag: V1_1, digest: PATCH, patchOf: V1 });
    const copies = [patch, copyRow({ tag: V1_1, digest: PATCH })];

    expect(unused(copies, found({ v1: SOURCE, 'v1-1': PATCH }))).toEqual([]);
    expect(unused(copies, found({ v1: SOURCE }))).toHaveLength(2);
  });
});

describe('the row of a patch', () => {
  const patch = copyRow({ kind: 'patch', tag: V1_1, digest: PATCH, patchOf: V1 });

  it('keeps the mark of a patch by ACR Continuous Patching', () => {
    const theirs: InventoryCopy = { ...patch, origin: 'predecessor' };

    expect(unused([theirs], found({}, []))).toMatchObject([{ origin: 'predecessor' }]);
  });

  it.each([
    ['its tag was deleted', patch, found({ v1: SOURCE })],
    ['its tag has moved', patch, found({ v1: SOURCE, 'v1-1': SOURCE })],
    ['neither tag is in the policy', patch, found({ v1: SOURCE, 'v1-1': PATCH }, [])],
    ['no tag names it', copyRow({ ...patch, tag: undefined }), found({ v1: SOURCE })],
    [
      'nobody knows what it was made for, and its own tag is not in the policy',
      copyRow({ ...patch, patchOf: undefined }),
      found({ v1: SOURCE, 'v1-1': PATCH }),
    ],
  ])('goes if %s', (_, row, in_) => {
    expect(unused([row], in_)).toMatchObject([
      { kind: 'patch', present: false, patchOf: row.patchOf },
    ]);
  });

  it.each([
    ['the tag that it was made for', [V1]],
    ['its own tag', [V1_1]],
  ])('stays under its tag if the policy names %s', (_, wanted) => {
    expect(unused([patch], found({ v1: SOURCE, 'v1-1': PATCH }, wanted))).toEqual([]);
  });
});
