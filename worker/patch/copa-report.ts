import type { RegistryHost, RepositoryName } from '../../lib/image/reference.ts';
import type { PatchJobFile } from '../../lib/job/job-file.ts';

type Image = PatchJobFile['images'][number];

/**
 * Builds a Trivy report with only the fields that Copa reads: operating system, architecture and
 * each package with its fixed version. Copa 0.14.2 uses only `os-pkgs` with a `FixedVersion`, and
 * reads no package URLs (`pkg/report/trivy.go`).
 */
export function copaReport(
  image: Image,
  where: { readonly registry: RegistryHost; readonly repository: RepositoryName },
): object {
  const artifact = `${where.registry}/${where.repository}@${image.digest}`;
  return {
    SchemaVersion: 2,
    ArtifactName: artifact,
    ArtifactType: 'container_image',
    Metadata: {
      OS: { Family: image.os.family, Name: image.os.name },
      ImageConfig: { architecture: image.architecture, os: 'linux' },
    },
    Results: [
      {
        Target: `${artifact} (${image.os.family} ${image.os.name})`,
        Class: 'os-pkgs',
        Type: image.os.family,
        Vulnerabilities: image.findings.map((finding) => ({
          VulnerabilityID: finding.id,
          PkgName: finding.package,
          InstalledVersion: finding.installed,
          FixedVersion: finding.fixed,
          Severity: 'UNKNOWN',
        })),
      },
    ],
  };
}
