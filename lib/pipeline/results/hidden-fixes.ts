import { settingFor } from '../../image/apt/apt-settings.ts';
import { readAptSettings } from '../../image/apt/read-apt-settings.ts';
import { type BlockedPackage, MAX_BLOCKED_DETAIL } from '../../job/blocked-package.ts';
import { shorten } from '../../text/shorten.ts';
import { readImage } from '../discovery/read-image.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { openUntil } from './open-until.ts';

/** Of compressed layers. A step reads a few images one after another. */
const MAX_SOURCE_BYTES = 2 * 1024 * 1024 * 1024;
/** For one image. */
const SECONDS = 30;

interface SettingsServices extends Pick<Services, 'clock'> {
  readonly registry: Pick<Services['registry'], 'blob' | 'manifest' | 'openBlob'>;
}

/**
 * Finds out whether the image's own settings of apt hide fixes that no package source seems to have:
 * apt then says the same as without them. The image's layers are read, as far as time permits.
 */
export async function nameHiddenFixes(
  { clock, registry }: SettingsServices,
  image: SourceImage,
  blocked: readonly BlockedPackage[],
  /** No image is read any longer in this step. */
  stepUntil: Date,
): Promise<readonly BlockedPackage[]> {
  if (!blocked.some(isMissing) || clock.now() >= stepUntil) return blocked;
  const original = await registry.manifest(image.repository, image.digest);
  if (original === undefined) return blocked;
  const source = await readImage(registry, image.repository, original);
  const layers = source?.manifest.layers ?? [];
  if (layers.reduce((sum, { size }) => sum + size, 0) > MAX_SOURCE_BYTES) return blocked;

  const own = secondsAfter(clock.now(), SECONDS);
  const until = own < stepUntil ? own : stepUntil;
  const settings = await readAptSettings(
    layers.toReversed().map(
      ({ digest }) =>
        () =>
          openUntil({ clock, registry }, { repository: image.repository, digest }, until),
    ),
    () => clock.now() >= until,
  );
  return blocked.map((one) => {
    const setting = isMissing(one) ? settingFor(settings, one.package) : undefined;
    if (setting === undefined) return one;
    const detail = [setting.text, ...(one.detail === undefined ? [] : [one.detail])].join('; ');
    return { ...one, reason: 'hidden-by-settings', detail: shorten(detail, MAX_BLOCKED_DETAIL) };
  });
}

function isMissing({ reason }: BlockedPackage): boolean {
  return reason === 'not-in-repository';
}
