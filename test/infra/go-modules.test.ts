import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listDependencies } from '../real/tools/list-dependencies.ts';
import { type Tool, toolCatalog } from '../real/tools/tool-catalog.ts';

/** Without Go or its module cache these tests are skipped, and the reason is printed. */
describe('the Go module of a tool', () => {
  it.for(toolCatalog.map((tool) => [tool.name, tool] as const))(
    'is complete: %s finds each package offline, pinned by go.sum',
    async ([name, tool], { skip }) => {
      const listing = await listDependencies(tool);

      if (listing.outcome === 'unknown') {
        // No reporter prints why a test was skipped.
        console.warn(`The Go module of ${name} was not checked: ${listing.why}`);
        skip(listing.why);
      }
      expect(listing).toMatchObject({ outcome: 'listed' });
    },
  );
});

describe('the check of a Go module', () => {
  let folder: string;
  let copy: Tool;

  beforeEach(async () => {
    const bbolt = toolCatalog.find(({ name }) => name === 'bbolt');
    if (bbolt === undefined) throw new Error('the catalog has no bbolt');
    folder = await mkdtemp(join(tmpdir(), 'patchwright-go-module-'));
    copy = { ...bbolt, moduleFolder: join(folder, 'bbolt') };
    await cp(bbolt.moduleFolder, copy.moduleFolder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.for([
    ['a package that go.sum does not pin', 'go.sum', /^golang\.org\/x\/sys .*\n/gm, ''],
    ['another version than go.sum pins', 'go.mod', 'bbolt v1.4.3', 'bbolt v1.4.2'],
  ] as const)('refuses %s', async ([, name, from, to], { skip }) => {
    const before = await listDependencies(copy);
    if (before.outcome === 'unknown') skip(before.why);
    const file = join(copy.moduleFolder, name);
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));

    const after = await listDependencies(copy);

    expect(before.outcome).toBe('listed');
    expect(after).toMatchObject({ outcome: 'refused', why: expect.stringContaining('go.sum') });
  });

  it('returns unknown without Go', async () => {
    const listing = await listDependencies(copy, { env: { PATH: folder } });

    expect(listing).toEqual({ outcome: 'unknown', why: 'Go is not installed' });
  });

  it('returns unknown without the module cache, and downloads nothing', async ({ skip }) => {
    const before = await listDependencies(copy);
    if (before.outcome === 'unknown') skip(before.why);

    const listing = await listDependencies(copy, {
      env: { ...process.env, GOMODCACHE: join(folder, 'empty') },
    });

    expect(listing).toMatchObject({ outcome: 'unknown', why: expect.stringContaining('GOPROXY') });
  });
});
