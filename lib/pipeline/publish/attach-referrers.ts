import { Annotation, ArtifactType } from '../../image/annotations.ts';
import { type Digest, digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Finding, Scan } from '../../report/finding.ts';
import { openVex } from '../../report/openvex.ts';
import { sbom } from '../../report/sbom.ts';
import type { Target } from '../records/target.ts';
import { keptReport, withKeptReport } from '../results/accepted-scans.ts';
import { isLargeReport } from '../results/with-report.ts';
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
  await inUploadTurn(services, target, async () => {
    const artifacts = [
      ...(await artifactOfSource(services, target)),
      ...(await artifactsOfReports(services, target, { digest: subject.digest, timestamp })),
    ];
    await registry.putBlob(repository, digestOf(EMPTY), EMPTY);
    for (const artifact of artifacts) {
      if (attached.includes(artifact.type)) continue;
      await attach(registry, repository, { ...artifact, subject, timestamp });
    }
  });
}

/** A slow registry then holds up other large uploads, but nobody who reads a report. */
async function inUploadTurn(
  services: Services,
  { reportBefore, reportAfter }: Target,
  work: () => Promise<void>,
): Promise<void> {
  for (const name of [reportBefore, reportAfter]) {
    if (await isLargeReport(services, keptReport(name))) return services.largeUploads(work);
  }
  return work();
}

/** Parses one report after the other: parsed, they are never in memory together. */
async function artifactsOfReports(
  services: Services,
  target: Target,
  patch: { readonly digest: Digest; readonly timestamp: string },
): Promise<readonly Artifact[]> {
  const before = await withKeptReport(services, target.reportBefore, async ({ scan, bytes }) => ({
    fixed: targetedFindings(target, scan),
    report: { type: ArtifactType.reportBefore, title: 'report-before.json', bytes },
  }));
  const { fixed } = before;
  const ofPatch = await withKeptReport(services, target.reportAfter, async ({ scan, bytes }) => [
    ...documentsOf(services, target, { ...patch, scan, fixed }),
    { type: ArtifactType.reportAfter, title: 'report-after.json', bytes },
  ]);
  return [...ofPatch, before.report];
}

async function artifactOfSource(
  services: Services,
  { repository, sourceDigest: digest }: Target,
): Promise<readonly Artifact[]> {
  const bytes = digest && (await sourceArtifacts(services, { repository, digest }));
  return bytes ? [{ type: ArtifactType.ofSource, title: 'of-source.json', bytes }] : [];
}

function documentsOf(
  services: Services,
  { repository }: Target,
  patch: {
    readonly digest: Digest;
    readonly timestamp: string;
    /** Of the patch. */
    readonly scan: Scan;
    readonly fixed: readonly Finding[];
  },
): readonly Artifact[] {
  const { host } = services.registry;
  const { digest, timestamp, scan, fixed } = patch;
  const image = { host, repository };
  const vex = openVex({
    digest,
    timestamp,
    image,
    fixed,
    packages: scan.packages,
    author: AUTHOR,
    id: `https://${host}/${repository}@${digest}#openvex`,
  });
  return [
    { type: ArtifactType.vex, title: 'vex.openvex.json', bytes: vex },
    {
      type: ArtifactType.sbom,
      title: 'sbom.cdx.json',
      bytes: sbom({ digest, timestamp, image, scan, author: AUTHOR }),
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
    annotations: { [Annotation.created]: timestamp },
  };
  const body = new TextEncoder().encode(JSON.stringify(manifest));
  await registry.putManifest(repository, digestOf(body), {
    bytes: body,
    mediaType: MediaType.ociManifest,
  });
}
