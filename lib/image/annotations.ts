/**
 * Annotations of a patched image's manifest. The first three are the OCI specification's own, and the
 * source's: the base is the image on which the source was built. The origin is the image that was
 * patched, as Copa names it (project-copacetic/copacetic#1678 and #1687).
 */
export const Annotation = {
  baseName: 'org.opencontainers.image.base.name',
  baseDigest: 'org.opencontainers.image.base.digest',
  version: 'org.opencontainers.image.version',
  /** Copa sets it on every patch; others set it on images and artifacts. */
  created: 'org.opencontainers.image.created',
  originKind: 'sh.copa.patch.origin.kind',
  originName: 'sh.copa.patch.origin.name',
  originDigest: 'sh.copa.patch.origin.digest',
  /** Copa's own: the time of the patch. */
  patchedByCopa: 'sh.copa.image.patched',
  /** Repository of the source. With the source's digest it marks a manifest as a patch of ours. */
  sourceRepository: 'io.patchwright.source.repository',
  sourceDigest: 'io.patchwright.source.digest',
  /** Hash of the sorted set of (package, fixed version) that the patch fixes. */
  fingerprint: 'io.patchwright.fingerprint',
  run: 'io.patchwright.run',
  policy: 'io.patchwright.policy',
  tools: 'io.patchwright.tools',
} as const;

/** Artifact types of the referrers attached to a patched image. */
export const ArtifactType = {
  vex: 'application/vnd.openvex+json',
  reportBefore: 'application/vnd.patchwright.report.before+json',
  reportAfter: 'application/vnd.patchwright.report.after+json',
  sbom: 'application/vnd.cyclonedx+json',
  /** The signatures, SBOMs and attestations that the source has. Absent if it has none. */
  ofSource: 'application/vnd.patchwright.of-source+json',
} as const;
