import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import * as z from 'zod';

const layoutSchema = z.object({
  /** Relative in the file, so that the cache can be moved; absolute after reading. */
  folder: z.string(),
  tag: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

const severitySchema = z.enum(['HIGH', 'MEDIUM', 'LOW']);

const toolingSchema = z.object({
  /** The reference that Copa pulls. */
  upstream: z.string(),
  /** The repository below the registry, or below the path of a mirror of it. */
  repository: z.string(),
  tag: z.string(),
  layout: layoutSchema,
});

/** An image with one package whose update fails. */
const troubledSchema = z.object({ layout: layoutSchema, package: z.string() });

const preparedSchema = z.object({
  /** ISO 8601 time at which everything was made. */
  madeAt: z.string(),
  images: z.object({
    /** A real Debian with outdated packages. */
    outdated: layoutSchema,
    /** The same Debian with every fix installed. */
    clean: layoutSchema,
    /** The outdated image without a package source, so that Copa cannot patch it. */
    unpatchable: layoutSchema,
    /** The outdated image with a package that cannot be updated, one for each reason. */
    troubled: z.object({
      held: troubledSchema,
      lagging: troubledSchema,
      unmet: troubledSchema,
      needed: troubledSchema,
      down: z.object({ layout: layoutSchema }),
    }),
    /** Packages of Debian without a package manager. */
    distroless: layoutSchema,
    /** A small system of rpm and dnf, outdated, and the folder of the repository with its updates. */
    rpm: z.object({ layout: layoutSchema, repository: z.string() }),
    /** Copa's tooling images for a Debian image. */
    tooling: z.array(toolingSchema),
  }),
  database: z.object({ layout: layoutSchema, cacheFolder: z.string() }),
  /** The outdated packages and the advisories that their updates fix. */
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

/** The images and the database in the cache. All paths are absolute. */
export type PreparedImages = z.infer<typeof preparedSchema>;

/** The file that is written last, so that a folder with it is complete. */
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
      distroless: layout(images.distroless),
      rpm: { layout: layout(images.rpm.layout), repository: change(images.rpm.repository) },
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

/** Returns the complete folders of this recipe, newest first. */
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

/** Records that the archive was unchanged at this time. */
export async function markChecked(folder: string, now: Date): Promise<void> {
  await utimes(join(folder, preparedFile), now, now);
}
