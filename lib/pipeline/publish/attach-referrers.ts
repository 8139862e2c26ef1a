import { ArtifactType } from '../../image/annotations.ts';
import { type Digest, digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Registry } from '../../registry/registry.ts';
import { openVex } from '../../report/openvex.ts';
import type { Target } from '../records/target.ts';
import { readAcceptedScan, readKeptReport } from '../results/accepted-scans.ts';
import type { Services } from '../services.ts';
import { targetedFindings } from '../targets/blocked-packages.ts';

const AUTHOR = 'Patchwright';
const EMPTY = new TextEncoder().encode('{}');

/**
 * Attaches the VEX document and both scan reports to a patch. Keeps existing referrers: a step that
 * crashed, or another tag of the same patch, may have attached them.
 */
export async function attachReferrers(
  services: Services,
  target: Target,
  subject: { readonly digest: Digest; readonly mediaType: string; readonly size: number },
): Promise<void> {
  const { registry } = services;
  const { repository } = target;
  const attached = await registry.referrers(repository, subject.digest);
  const timestamp = (target.verifiedAt ?? target.discoveredAt).toISOString();
  const before = await readAcceptedScan(services, target.reportBefore);
  const vex = openVex({
    image: { host: registry.host, repository },
    digest: subject.digest,
    fixed: targetedFindings(target, before),
    timestamp,
    author: AUTHOR,
    id: `https://${registry.host}/${repository}@${subject.digest}#openvex`,
  });
  const all = [
    { type: ArtifactType.vex, bytes: vex },
    { type: ArtifactType.reportBefore, bytes: await readKeptReport(services, target.reportBefore) },
    { type: ArtifactType.reportAfter, bytes: await readKeptReport(services, target.reportAfter) },
  ];
  const missing = all.filter(({ type }) => !attached.some((one) => one.artifactType === type));
  if (missing.length === 0) return;
  await registry.putBlob(repository, digestOf(EMPTY), EMPTY);
  for (const { type, bytes } of missing) {
    await attach(registry, repository, { type, bytes, subject, timestamp });
  }
}

/** An OCI 1.1 artifact manifest with an empty config and a subject. */
async function attach(
  registry: Registry,
  repository: RepositoryName,
  artifact: {
    readonly type: string;
    readonly bytes: Uint8Array;
    readonly subject: {
      readonly digest: Digest;
      readonly mediaType: string;
      readonly size: number;
    };
    readonly timestamp: string;
  },
): Promise<void> {
  const { type, bytes, subject, timestamp } = artifact;
  const digest = digestOf(bytes);
  await registry.putBlob(repository, digest, bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    artifactType: type,
    config: { mediaType: MediaType.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [{ mediaType: type, digest, size: bytes.length }],
    subject,
    annotations: { 'org.opencontainers.image.created': timestamp },
  };
  const body = new TextEncoder().encode(JSON.stringify(manifest));
  await registry.putManifest(repository, digestOf(body), {
    bytes: body,
    mediaType: MediaType.ociManifest,
  });
}
