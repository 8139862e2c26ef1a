/** Annotations of a patched image's manifest. The first two are the OCI specification's own. */
export const Annotation = {
  baseName: 'org.opencontainers.image.base.name',
  baseDigest: 'org.opencontainers.image.base.digest',
  version: 'org.opencontainers.image.version',
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
} as const;
