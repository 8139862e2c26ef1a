/** Part of the images that tests and the demo work on; never shipped. */

import { packLayer } from '../../stand-ins/filesystem/layer.ts';
import { textFile } from '../../stand-ins/filesystem/parent-folders.ts';
import {
  AdvisoryDatabase,
  type DatabaseMetadata,
  TRIVY_DB_CONFIG,
  TRIVY_DB_LAYER,
} from '../../stand-ins/trivy/advisory-database.ts';
import { BUILT_AT, buildArtifact } from '../build-image.ts';
import { makeLayout, type OciLayout } from '../oci-layout.ts';
import {
  ALPINE_3_22,
  DEBIAN_10,
  DEBIAN_12,
  DETAILS,
  type SourceAdvisories,
} from './advisory-data.ts';

/** The app's default place for the database. */
export const DATABASE_REPOSITORY = 'patchwright/trivy-db';
export const DATABASE_TAG = '2';

/** The stand-in's database of advisories: small, but each entry is real. */
export function demoAdvisories(): AdvisoryDatabase {
  const platforms = { 'alpine 3.22': ALPINE_3_22, 'debian 10': DEBIAN_10, 'debian 12': DEBIAN_12 };
  const buckets = Object.entries(platforms).map(([platform, sources]) => [
    platform,
    bucketOf(sources),
  ]);
  return AdvisoryDatabase.parse({
    ...Object.fromEntries(buckets),
    'data-source': {
      'alpine 3.22': { ID: 'alpine', Name: 'Alpine Secdb', URL: 'https://secdb.alpinelinux.org/' },
      'debian 10': debianTracker(),
      'debian 12': debianTracker(),
    },
    vulnerability: vulnerabilitiesOf(Object.values(platforms)),
  });
}

/**
 * The database as the artifact that Trivy downloads: one layer with `trivy.db` and `metadata.json`.
 * The same time always gives the same digest.
 */
export async function advisoryArtifact(
  database: AdvisoryDatabase = demoAdvisories(),
  updatedAt: Date = BUILT_AT,
): Promise<OciLayout> {
  const metadata: DatabaseMetadata = {
    Version: 2,
    UpdatedAt: updatedAt.toISOString(),
    NextUpdate: new Date(updatedAt.getTime() + 24 * 60 * 60 * 1000).toISOString(),
    DownloadedAt: '0001-01-01T00:00:00Z',
  };
  const layer = await packLayer(
    [
      textFile('metadata.json', JSON.stringify(metadata)),
      textFile('trivy.db', JSON.stringify(database)),
    ],
    updatedAt,
  );
  const content = buildArtifact({
    configType: TRIVY_DB_CONFIG,
    layers: [{ mediaType: TRIVY_DB_LAYER, bytes: layer.bytes, title: 'db.tar.gz' }],
    annotations: { 'org.opencontainers.image.created': updatedAt.toISOString() },
  });
  return makeLayout([{ content, tags: [DATABASE_TAG] }]);
}

function bucketOf(sources: Readonly<Record<string, SourceAdvisories>>) {
  return Object.fromEntries(
    Object.entries(sources).map(([source, advisories]) => [
      source,
      Object.fromEntries(
        advisories.flatMap(([fixed, ...ids]) =>
          ids.map((id) => [id, fixed === '' ? unfixed(id) : { FixedVersion: fixed }]),
        ),
      ),
    ]),
  );
}

/** Rating for vulnerabilities without a fix, most of which are minor. */
function unfixed(id: string) {
  return DETAILS[id]?.[0] === 'LOW' ? { Severity: 'LOW' } : {};
}

function vulnerabilitiesOf(platforms: readonly Readonly<Record<string, SourceAdvisories>>[]) {
  const entries = platforms.flatMap((sources) =>
    Object.entries(sources).flatMap(([source, advisories]) =>
      advisories.flatMap(([, ...ids]) =>
        ids.map((id) => {
          const [severity, title] = DETAILS[id] ?? ['MEDIUM', `${source}: see the advisory`];
          return [id, { Title: title, Severity: severity }] as const;
        }),
      ),
    ),
  );
  return Object.fromEntries(entries);
}

function debianTracker() {
  return {
    ID: 'debian',
    Name: 'Debian Security Tracker',
    URL: 'https://security-tracker.debian.org/',
  };
}
