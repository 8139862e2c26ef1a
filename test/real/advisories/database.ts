import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { debianRelease } from '../debian/release.ts';
import {
  addJson,
  addLayer,
  finishLayout,
  type OciLayout,
  ociMediaTypes,
  startLayout,
} from '../images/oci-layout.ts';
import { runProcess } from '../process/run-process.ts';
import type { Advisory } from './changelog.ts';

/** The media types that Trivy expects of a database in a registry (its `pkg/db/db.go`). */
const trivyMediaTypes = {
  config: 'application/vnd.aquasec.trivy.config.v1+json',
  layer: 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip',
} as const;

/** Trivy's schema version of the database, which is the tag in its repository. */
const SCHEMA_VERSION = 2;
/** So long that Trivy never considers the database outdated and downloads another. */
const VALID_FOR_MS = 365 * 24 * 3600 * 1000;

/** The advisories of one system, under Trivy's name of it, for example `debian 12`. */
export interface SystemAdvisories {
  readonly platform: string;
  /** Trivy's identifier of the source, for example `debian`. */
  readonly source: string;
  readonly advisories: readonly Advisory[];
}

export interface DatabaseOptions {
  /** Absolute path of the program that {@link buildDatabaseWriter} made. */
  readonly writer: string;
  readonly systems: readonly SystemAdvisories[];
  /** Absolute path of the folder for `db` with Trivy's two files, and `layout` with the OCI artifact. */
  readonly folder: string;
  readonly now: Date;
}

export interface VulnerabilityDatabase {
  /** The OCI artifact, for `…/trivy-db:2` in a registry and `--db-repository`. */
  readonly layout: OciLayout;
  /** A `--cache-dir` for Trivy with `--skip-db-update`. Trivy writes to it, so use a copy. */
  readonly cacheFolder: string;
}

export function debianAdvisories(advisories: readonly Advisory[]): SystemAdvisories {
  return { platform: debianRelease.platform, source: 'debian', advisories };
}

/** Writes the database and packs it in the format of Trivy's published one. */
export async function makeDatabase(options: DatabaseOptions): Promise<VulnerabilityDatabase> {
  const cacheFolder = join(options.folder, 'cache');
  const layoutFolder = join(options.folder, 'layout');
  const database = join(cacheFolder, 'db/trivy.db');
  const metadata = join(cacheFolder, 'db/metadata.json');
  const advisories = join(options.folder, 'advisories.json');
  await mkdir(dirname(database), { recursive: true });
  await writeFile(advisories, JSON.stringify(options.systems.map(documentOf), undefined, 2));
  await runProcess({
    command: options.writer,
    args: [advisories, database],
    timeoutMs: 60_000,
  });
  await writeFile(metadata, JSON.stringify(metadataOf(options.now)));
  await startLayout(layoutFolder);
  const archive = pack();
  archive.entry({ name: 'trivy.db', mtime: options.now }, await readFile(database));
  archive.entry({ name: 'metadata.json', mtime: options.now }, await readFile(metadata));
  archive.finalize();
  const layer = await addLayer(layoutFolder, Readable.from(archive), trivyMediaTypes.layer);
  const manifest = await addJson(layoutFolder, ociMediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: ociMediaTypes.manifest,
    config: await addJson(layoutFolder, trivyMediaTypes.config, {}),
    layers: [
      { ...layer.descriptor, annotations: { 'org.opencontainers.image.title': 'db.tar.gz' } },
    ],
  });
  return { layout: await finishLayout(layoutFolder, `${SCHEMA_VERSION}`, manifest), cacheFolder };
}

function documentOf({ platform, source, advisories }: SystemAdvisories): unknown {
  const dataSource = { id: source, name: 'Made for a test', url: 'https://example.com/' };
  return { platform, dataSource, advisories };
}

function metadataOf(now: Date): Readonly<Record<string, unknown>> {
  return {
    Version: SCHEMA_VERSION,
    UpdatedAt: now.toISOString(),
    NextUpdate: new Date(now.getTime() + VALID_FOR_MS).toISOString(),
    DownloadedAt: now.toISOString(),
  };
}
