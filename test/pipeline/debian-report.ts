/** A Trivy report of a Debian 12 image, with the fields that the pipeline reads. */
export function debianReport(
  findings: readonly { readonly id: string; readonly package: string; readonly fixed?: string }[],
  os: Readonly<Record<string, unknown>> = { Family: 'debian', Name: '12.7' },
): Record<string, unknown> {
  return {
    SchemaVersion: 2,
    ArtifactName: 'an image',
    ArtifactType: 'container_image',
    Metadata: { OS: os, ImageConfig: { architecture: 'amd64', os: 'linux' } },
    Results: [
      {
        Target: 'an image (debian 12.7)',
        Class: 'os-pkgs',
        Type: 'debian',
        Packages: ['apt', 'dpkg', 'libssl3', 'zlib1g'].map((name) => ({
          ID: `${name}@1.0`,
          Name: name,
          Version: '1.0',
        })),
        Vulnerabilities: findings.map((finding) => ({
          VulnerabilityID: finding.id,
          PkgName: finding.package,
          InstalledVersion: '1.0',
          ...(finding.fixed !== undefined && { FixedVersion: finding.fixed }),
          Severity: 'HIGH',
        })),
      },
    ],
  };
}

/** A Trivy report without an operating system and without packages. */
export const scratchReport = {
  SchemaVersion: 2,
  ArtifactName: 'an image',
  ArtifactType: 'container_image',
  Metadata: { ImageConfig: { architecture: 'amd64', os: 'linux' } },
};
