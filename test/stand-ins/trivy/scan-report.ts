/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */
import { randomUUID } from 'node:crypto';
import { digestOf } from '../../../lib/image/digest.ts';
import { applyLayers } from '../filesystem/image-files.ts';
import type { InstalledPackage } from '../packages/installed-package.ts';
import { takeInventory } from '../packages/operating-system.ts';
import type { PulledImage } from '../registry/pulled-image.ts';
import type { AdvisoryDatabase } from './advisory-database.ts';
import { detectVulnerabilities } from './detect.ts';
import { isPastEndOfLife } from './end-of-life.ts';
import { packageId, type ReportedLayer, reportedPackage } from './reported-package.ts';

export interface ScanReportOptions {
  readonly image: PulledImage;
  /** The requested `HOST/repository@digest`. */
  readonly artifactName: string;
  readonly database: AdvisoryDatabase;
  readonly toolVersion: string;
  readonly now: Date;
}

/** A report in the shape of Trivy's JSON, schema 2, as 0.74.0 writes it with `--list-all-pkgs`. */
export function scanReport(options: ScanReportOptions) {
  const { image, artifactName, now } = options;
  const { os } = takeInventory(image.files);
  const layers = image.manifest.layers.map((layer, at) => ({
    Digest: layer.digest,
    DiffID: image.config.rootfs.diff_ids?.[at] ?? '',
  }));
  const repository = artifactName.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const results = osPackagesResult(options, layers);
  const isEndOfLife = results.length > 0 && os !== undefined && isPastEndOfLife(os, now);
  return {
    SchemaVersion: 2,
    Trivy: { Version: options.toolVersion },
    ReportID: randomUUID(),
    CreatedAt: now.toISOString(),
    ArtifactID: digestOf(`${image.manifest.config.digest}${repository}`),
    ArtifactName: artifactName,
    ArtifactType: 'container_image',
    Metadata: {
      ...(os
        ? { OS: { Family: os.family, Name: os.name, ...(isEndOfLife ? { EOSL: true } : {}) } }
        : {}),
      ImageID: image.manifest.config.digest,
      DiffIDs: image.config.rootfs.diff_ids ?? [],
      ...(artifactName.includes('@') ? {} : { RepoTags: [artifactName] }),
      RepoDigests: [`${repository}@${image.document.digest}`],
      Reference: artifactName,
      ImageConfig: image.config,
      Layers: layers,
    },
    ...(results.length > 0 ? { Results: results } : {}),
  };
}

/** One result if an operating system and its package database were found, else none. */
function osPackagesResult(options: ScanReportOptions, layers: readonly ReportedLayer[]) {
  const { image, artifactName, database } = options;
  const inventory = takeInventory(image.files);
  const { os } = inventory;
  if (os === undefined || !['debian', 'alpine'].includes(os.family)) {
    return [];
  }
  const kind = inventory.database?.kind ?? 'dpkg';
  const packages = inventory.database?.packages ?? [];
  const layerOf = originLayers(image, layers);
  const siblings = new Map(packages.map((installed) => [installed.name, packageId(installed)]));
  const target = `${artifactName} (${os.family} ${os.name})`;
  const vulnerabilities = detectVulnerabilities({ os, kind, inventory, database, layerOf, target });
  return [
    {
      Target: target,
      Class: 'os-pkgs',
      Type: os.family,
      ...(packages.length > 0
        ? {
            Packages: [...packages]
              .sort((a, b) => (a.name < b.name ? -1 : 1))
              .map((one) => reportedPackage(kind, os, one, siblings, layerOf(one))),
          }
        : {}),
      ...(vulnerabilities.length > 0 ? { Vulnerabilities: vulnerabilities } : {}),
    },
  ];
}

/** The first layer whose database has the package at this version. */
function originLayers(
  image: PulledImage,
  layers: readonly ReportedLayer[],
): (installed: InstalledPackage) => ReportedLayer | undefined {
  const origins = new Map<string, ReportedLayer>();
  image.layers.forEach((entries, at) => {
    const layer = layers[at];
    const packages = takeInventory(applyLayers([entries])).database?.packages ?? [];
    for (const installed of packages) {
      const id = packageId(installed);
      if (layer !== undefined && !origins.has(id)) {
        origins.set(id, layer);
      }
    }
  });
  return (installed) => origins.get(packageId(installed));
}
