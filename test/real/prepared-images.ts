import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';

const layoutSchema = z.object({
  /** In the file relative to it, so that a cache may be moved; absolute once read. */
  folder: z.string(),
  tag: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

const severitySchema = z.enum(['HIGH', 'MEDIUM', 'LOW']);

const toolingSchema = z.object({
  /** The reference that Copa asks for. */
  upstream: z.string(),
  /** The repository below the registry, or below the path of a mirror of it. */
  repository: z.string(),
  tag: z.string(),
  layout: layoutSchema,
});

/** An image whose update fails for the sake of one package. */
const troubledSchema = z.object({ layout: layoutSchema, package: z.string() });

const preparedSchema = z.object({
  /** ISO 8601 time at which everything was made. */
  madeAt: z.string(),
  images: z.object({
    /** Real Debian with packages that have been fixed since. */
    outdated: layoutSchema,
    /** The same with every fix installed: nothing to find, nothing to do. */
    clean: layoutSchema,
    /** As outdated, and its apt knows no repository: Copa can't patch it. */
    unpatchable: layoutSchema,
    /** As outdated, each with a reason why a part of it can't be updated. */
    troubled: z.object({
      held: troubledSchema,
      lagging: troubledSchema,
      unmet: troubledSchema,
      needed: troubledSchema,
      down: z.object({ layout: layoutSchema }),
    }),
    /** What Copa pulls by itself for a Debian image. */
    tooling: z.array(toolingSchema),
  }),
  database: z.object({ layout: layoutSchema, cacheFolder: z.string() }),
  /** What is outdated, and what is known to be fixed by updating it. */
  upgrades: z.array(
    z.object({
      package: z.string(),
      installed: z.string(),
      candidate: z.string(),
      source: z.string(),
      sourceInstalled: z.string(),
    }),
  ),
  advisories: z.array(
    z.object({
      source: z.string(),
      id: z.string(),
      fixedVersion: z.string(),
      title: z.string(),
      severity: severitySchema,
    }),
  ),
});

/** Images and database as they lie in the cache. All paths are absolute. */
export type PreparedImages = z.infer<typeof preparedSchema>;

/** The file that is written last: a folder with it is complete. */
const preparedFile = 'prepared.json';

export async function readPrepared(folder: string): Promise<PreparedImages | undefined> {
  try {
    const text = await readFile(join(folder, preparedFile), 'utf8');
    return withPaths(preparedSchema.parse(JSON.parse(text)), (path) => resolve(folder, path));
  } catch {
    return undefined;
  }
}

export async function writePrepared(folder: string, prepared: PreparedImages): Promise<void> {
  const portable = withPaths(prepared, (path) => relative(folder, path));
  await writeFile(join(folder, preparedFile), `${JSON.stringify(portable, undefined, 2)}\n`);
}

function withPaths(prepared: PreparedImages, change: (path: string) => string): PreparedImages {
  const layout = (old: z.infer<typeof layoutSchema>) => ({ ...old, folder: change(old.folder) });
  const troubled = (old: z.infer<typeof troubledSchema>) => ({
    ...old,
    layout: layout(old.layout),
  });
  const { images, database } = prepared;
  return {
    ...prepared,
    images: {
      outdated: layout(images.outdated),
      clean: layout(images.clean),
      unpatchable: layout(images.unpatchable),
      troubled: {
        held: troubled(images.troubled.held),
        lagging: troubled(images.troubled.lagging),
        unmet: troubled(images.troubled.unmet),
        needed: troubled(images.troubled.needed),
        down: { layout: layout(images.troubled.down.layout) },
      },
      tooling: images.tooling.map((image) => ({ ...image, layout: layout(image.layout) })),
    },
    database: {
      layout: layout(database.layout),
      cacheFolder: change(database.cacheFolder),
    },
  };
}

export interface Candidate {
  readonly folder: string;
  readonly prepared: PreparedImages;
}

/** Complete folders of this recipe, newest first. */
export async function listPrepared(parent: string, recipe: string): Promise<readonly Candidate[]> {
  const names = await readdir(parent).catch(() => []);
  const found: Candidate[] = [];
  for (const name of names.filter((entry) => entry.startsWith(`${recipe}-`))) {
    const folder = join(parent, name);
    const prepared = name.endsWith('.building') ? undefined : await readPrepared(folder);
    if (prepared !== undefined) {
      found.push({ folder, prepared });
    }
  }
  return found.sort((a, b) => b.prepared.madeAt.localeCompare(a.prepared.madeAt));
}

/** Notes that the archive was asked at this time and still offers what the folder was made from. */
export async function markChecked(folder: string, now: Date): Promise<void> {
  await utimes(join(folder, preparedFile), now, now);
}
