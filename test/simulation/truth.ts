import { Annotation } from '../../lib/image/annotations.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { fingerprint } from '../../lib/report/finding.ts';
import { debianReport, scratchReport } from '../pipeline/debian-report.ts';
import { tarLayer } from './tar-layer.ts';

/** The kinds of a user's image. */
export const IMAGE_KINDS = [
  'outdated',
  'outdated-twice',
  'outdated-in-part',
  'clean',
  'no-fix',
  'end-of-life',
  'no-advisories',
  'no-system',
] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

/** The true quality of a patch. Only the first two may be published. */
export const PATCH_QUALITIES = [
  'good',
  'partial',
  'not-fixed',
  'new-findings',
  'packages-lost',
  'on-paper',
  'setuid',
  'broken',
] as const;
export type PatchQuality = (typeof PATCH_QUALITIES)[number];

interface Fix {
  readonly id: string;
  readonly package: string;
  readonly fixed?: string;
}

/** The packages that a partial patch does not update. */
export const LEFT_PACKAGE = 'libssl3';

/** What the database has learned since the first run: one finding with a fix, one without. */
const NEWER_FIXES: readonly Fix[] = [
  { id: 'CVE-2027-1', package: 'dpkg' },
  { id: 'CVE-2027-2', package: 'zlib1g', fixed: '1.9' },
];
const WITH_NEWER_FIXES: readonly ImageKind[] = ['outdated', 'clean', 'no-fix'];

const FINDINGS: Readonly<Record<ImageKind, readonly Fix[]>> = {
  outdated: [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }],
  'outdated-twice': [
    { id: 'CVE-2026-2', package: 'zlib1g', fixed: '1.2' },
    { id: 'CVE-2026-3', package: 'apt' },
  ],
  'outdated-in-part': [
    { id: 'CVE-2026-4', package: 'zlib1g', fixed: '1.3' },
    { id: 'CVE-2026-5', package: LEFT_PACKAGE, fixed: '1.3' },
  ],
  clean: [],
  'no-fix': [{ id: 'CVE-2026-3', package: 'apt' }],
  'end-of-life': [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }],
  'no-advisories': [],
  'no-system': [],
};

/** The ids that a patch of such an image fixes by the first database. */
export function fixesOf(kind: ImageKind, quality: 'good' | 'partial'): ReadonlySet<string> {
  const fixed = fixedBy(kind, quality).filter((fix) => fix.fixed !== undefined);
  return new Set(fixed.map(({ id }) => id));
}

export function fingerprintOf(kind: ImageKind, quality: 'good' | 'partial'): string {
  const severity = 'high' as const;
  return fingerprint(fixedBy(kind, quality).map((fix) => ({ ...fix, installed: '1.0', severity })));
}

function fixedBy(kind: ImageKind, quality: 'good' | 'partial'): readonly Fix[] {
  return FINDINGS[kind].filter((fix) => quality === 'good' || fix.package !== LEFT_PACKAGE);
}

interface MadePatch {
  readonly quality: PatchQuality;
  /** The ids that it fixes, as far as its quality goes. */
  readonly fixes: ReadonlySet<string>;
}

/** The facts about the images, which the pipeline must discover. */
export class Truth {
  readonly #sources = new Map<Digest, ImageKind>();
  readonly #patches = new Map<Digest, MadePatch>();
  readonly #newerDatabases = new Set<Digest>();
  /** The layers of every image that users have pushed. */
  readonly #images = new Map<string, readonly Digest[]>();
  readonly #badConfigs = new Set<Digest>();
  readonly #altered = new Set<Digest>();
  #layers = 0;

  sourceLayer(kind: ImageKind): Uint8Array {
    this.#layers += 1;
    const bytes = Buffer.from(`layer ${this.#layers}: ${kind}`);
    this.#sources.set(digestOf(bytes), kind);
    return bytes;
  }

  noteNewerDatabase(database: Digest): void {
    this.#newerDatabases.add(database);
  }

  /** Makes a unique layer, so that two patches of the same image differ. */
  patchLayer(quality: PatchQuality, fixes: ReadonlySet<string>): Uint8Array {
    this.#layers += 1;
    const text = `patch ${this.#layers}`;
    const bytes =
      quality === 'broken'
        ? Buffer.alloc(1024, text)
        : tarLayer(filesOf(quality).map((file) => ({ text, ...file })));
    this.#patches.set(digestOf(bytes), { quality, fixes });
    return bytes;
  }

  /** Includes images that were deleted later. */
  noteImage(image: Digest, layers: readonly Digest[]): void {
    this.#images.set(image, layers);
  }

  noteBadConfig(config: Digest): void {
    this.#badConfigs.add(config);
  }

  /** A report that differs from the one that the result names. */
  noteAltered(bytes: Uint8Array): void {
    this.#altered.add(digestOf(bytes));
  }

  isAltered(bytes: Uint8Array): boolean {
    return this.#altered.size > 0 && this.#altered.has(digestOf(bytes));
  }

  /** Returns the report of an honest scan of an image with these layers by this database. */
  report(layers: readonly Digest[], database: Digest): Readonly<Record<string, unknown>> {
    return withFiles(this.#reportOf(layers, database));
  }

  #reportOf(layers: readonly Digest[], database: Digest): Record<string, unknown> {
    const kind = layers.map((layer) => this.#sources.get(layer)).find((found) => found) ?? 'clean';
    if (kind === 'no-system') return scratchReport;
    if (kind === 'no-advisories') return debianReport([], { Family: 'debian', Name: '11.1' });
    if (kind === 'end-of-life') {
      return debianReport(FINDINGS[kind], { Family: 'debian', Name: '8.1', EOSL: true });
    }
    const patch = layers.map((layer) => this.#patches.get(layer)).find((found) => found);
    const isNewer = this.#newerDatabases.has(database) && WITH_NEWER_FIXES.includes(kind);
    const all = isNewer ? [...FINDINGS[kind], ...NEWER_FIXES] : FINDINGS[kind];
    const left = all.filter(
      ({ id, fixed }) => fixed === undefined || patch?.fixes.has(id) !== true,
    );
    const quality = patch?.quality;
    switch (quality) {
      case undefined:
      case 'not-fixed':
        return debianReport(all);
      case 'new-findings':
        return debianReport([...left, { id: 'CVE-2026-9', package: 'dpkg', fixed: '9' }]);
      case 'packages-lost':
        return withoutPackages(debianReport(left));
      case 'partial':
        return debianReport(
          all.filter((fix) => left.includes(fix) || fix.package === LEFT_PACKAGE),
        );
      case 'good':
      case 'on-paper':
      case 'setuid':
      case 'broken':
        return debianReport(left);
      default:
        return quality satisfies never;
    }
  }

  /** Returns why this manifest must not be published, or undefined if it is a good patch. */
  faultOf(bytes: Uint8Array): string | undefined {
    const manifest = ImageManifest.parse(JSON.parse(Buffer.from(bytes).toString()));
    const layers = this.#images.get(manifest.annotations?.[Annotation.sourceDigest] ?? '');
    if (layers === undefined) return 'its source was never pushed';
    if (layers.some((layer, at) => manifest.layers[at]?.digest !== layer)) {
      return "its first layers are not its source's";
    }
    if (this.#badConfigs.has(manifest.config.digest)) return 'its config was changed';
    const added = manifest.layers.slice(layers.length);
    if (added.length !== 1) return `${added.length} layers were added`;
    const quality = this.#patches.get(added[0]?.digest ?? ('' as Digest))?.quality;
    return quality === 'good' || quality === 'partial' ? undefined : `its layer is ${quality}`;
  }
}

/** The packages of which an image may have a finding with a fix. */
const FIXED_PACKAGES = ['libssl3', 'zlib1g'] as const;

function filesOf(
  quality: PatchQuality,
): readonly { readonly path: string; readonly mode?: number }[] {
  if (quality === 'on-paper') return [{ path: 'var/lib/dpkg/status.d/libssl3' }];
  if (quality === 'setuid') return [{ path: 'usr/bin/shell', mode: 0o4755 }];
  return FIXED_PACKAGES.map((name) => ({ path: fileOfPackage(name) }));
}

function fileOfPackage(name: string): string {
  return `usr/share/${name}/data`;
}

/** Adds one file to each package of a report. */
function withFiles(report: Record<string, unknown>): Record<string, unknown> {
  return withPackages(report, (packages) =>
    packages.map((one) => ({ ...one, InstalledFiles: [`/${fileOfPackage(one.Name)}`] })),
  );
}

function withoutPackages(report: Record<string, unknown>): Record<string, unknown> {
  return withPackages(report, () => []);
}

interface SimulatedPackage {
  readonly Name: string;
}

function withPackages(
  report: Record<string, unknown>,
  change: (packages: readonly SimulatedPackage[]) => readonly SimulatedPackage[],
): Record<string, unknown> {
  if (!Array.isArray(report.Results)) return report;
  const results = report.Results.map((one) => ({ ...one, Packages: change(one.Packages ?? []) }));
  return { ...report, Results: results };
}
