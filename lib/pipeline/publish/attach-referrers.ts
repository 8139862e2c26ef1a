import { ArtifactType } from '../../image/annotations.ts';
import { type Digest, digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Registry } from '../../registry/registry.ts';
import { openVex } from '../../report/openvex.ts';
import { sbom } from '../../report/sbom.ts';
import type { Target } from '../records/target.ts';
import { readKeptReport, scanIn } from '../results/accepted-scans.ts';
import type { Services } from '../services.ts';
import { targetedFindings } from '../targets/blocked-packages.ts';
import { sourceArtifacts } from './source-artifacts.ts';

const AUTHOR = 'Patchwright';
const { ofSource: _, ...always } = ArtifactType;
const ALWAYS = Object.values(always);
const EMPTY = new TextEncoder().encode('{}');

interface Artifact {
  readonly type: string;
  /** The file's name for `oras pull`, which writes only layers that have a title. */
  readonly title: string;
  readonly bytes: Uint8Array;
}

/**
 * Attaches the VEX document, the SBOM, both scan reports, and a list of what the source has, to a
 * patch. Keeps existing referrers: a step that crashed, or another tag of the same patch, may have
 * attached them.
 */
export async function attachReferrers(
  services: Services,
  target: Target,
  subject: { readonly digest: Digest; readonly mediaType: string; readonly size: number },
): Promise<void> {
  const { registry } = services;
  const { repository } = target;
  const attached = (await registry.referrers(repository, subject.digest)).map(
    ({ artifactType }) => artifactType,
  );
  // The list of what the source has is attached first, so that these prove it, too.
  if (ALWAYS.every((type) => attached.includes(type))) return;
  const timestamp = (target.verifiedAt ?? target.discoveredAt).toISOString();
  const all = await artifactsOf(services, target, { digest: subject.digest, timestamp });
  await registry.putBlob(repository, digestOf(EMPTY), EMPTY);
  for (const artifact of all) {
    if (attached.includes(artifact.type)) continue;
    await attach(registry, repository, { ...artifact, subject, timestamp });
  }
}

async function artifactsOf(
  services: Services,
  target: Target,
  patch: { readonly digest: Digest; readonly timestamp: string },
): Promise<readonly Artifact[]> {
  const { host } = services.registry;
  const { repository, sourceDigest } = target;
  const image = { host, repository };
  const [reportBefore, reportAfter] = await Promise.all([
    readKeptReport(services, target.reportBefore),
    readKeptReport(services, target.reportAfter),
  ]);
  const before = scanIn(reportBefore);
  const after = scanIn(reportAfter);
  const vex = openVex({
    ...patch,
    image,
    fixed: targetedFindings(target, before),
    packages: after.packages,
    author: AUTHOR,
    id: `https://${host}/${repository}@${patch.digest}#openvex`,
  });
  const ofSource =
    sourceDigest && (await sourceArtifacts(services, { repository, digest: sourceDigest }));
  return [
    ...(ofSource
      ? [{ type: ArtifactType.ofSource, title: 'of-source.json', bytes: ofSource }]
      : []),
    { type: ArtifactType.vex, title: 'vex.openvex.json', bytes: vex },
    { type: ArtifactType.reportBefore, title: 'report-before.json', bytes: reportBefore },
    { type: ArtifactType.reportAfter, title: 'report-after.json', bytes: reportAfter },
    {
      type: ArtifactType.sbom,
      title: 'sbom.cdx.json',
      bytes: sbom({ ...patch, image, scan: after, author: AUTHOR }),
    },
  ];
}

/** An OCI 1.1 artifact manifest with an empty config and a subject. */
async function attach(
  registry: Registry,
  repository: RepositoryName,
  artifact: Artifact & {
    readonly subject: {
      readonly digest: Digest;
      readonly mediaType: string;
      readonly size: number;
    };
    readonly timestamp: string;
  },
): Promise<void> {
  const { type, title, bytes, subject, timestamp } = artifact;
  const digest = digestOf(bytes);
  await registry.putBlob(repository, digest, bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    artifactType: type,
    config: { mediaType: MediaType.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [
      {
        mediaType: type,
        digest,
        size: bytes.length,
        annotations: { 'org.opencontainers.image.title': title },
      },
    ],
    subject,
    annotations: { 'org.opencontainers.image.created': timestamp },
  };
  const body = new TextEncoder().encode(JSON.stringify(manifest));
  await registry.putManifest(repository, digestOf(body), {
    bytes: body,
    mediaType: MediaType.ociManifest,
  });
}
