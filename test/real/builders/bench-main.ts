import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import { padImage } from './padded-image.ts';
import { patchImage } from './patch-image.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import { type BuilderName, startBuilder } from './start-builder.ts';

/** Limits of the mount-free builder, as a multiple of upstream's. */
const SIZES = [
  { name: 'small', megabytes: 110, timeLimit: 1.2 },
  { name: 'middle', megabytes: 720, timeLimit: 1.5 },
  { name: 'large', megabytes: 2000, timeLimit: 2 },
] as const;
const DISK_LIMIT = 2.5;
/** The image without padding. */
const SMALL_MEGABYTES = 110;

type Size = (typeof SIZES)[number];
interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
  /** The builder's log. */
  readonly log: string;
}

/**
 * `npm run bench:builder [-- --size small]… [--log]`: patches images with both builders, one after the other, and
 * prints time and disk. Its figures are valid only on an otherwise idle machine.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', multiple: true },
      log: { type: 'boolean', default: false },
    },
  });
  const prepared = await prepareReal();
  const scene = await startRegistryScene(prepared);
  try {
    // The padding has no packages, so one scan is enough for all sizes.
    await seed(scene, prepared, SIZES[0]);
    await scene.user.scan(`bench:${SIZES[0].name}`);
    for (const size of SIZES.filter(({ name }) => values.size?.includes(name) ?? true)) {
      await seed(scene, prepared, size);
      const upstream = await measure(scene, prepared, size, 'upstream');
      const own = await measure(scene, prepared, size, 'mount-free');
      report(size, upstream, own);
      if (values.log) console.log(own.log);
    }
  } finally {
    await scene.close();
  }
}

async function seed(scene: RegistryScene, { images }: Prepared, size: Size): Promise<void> {
  const folder = join(scene.folder, `image-${size.name}`);
  const megabytes = size.megabytes - SMALL_MEGABYTES;
  const image =
    megabytes === 0 ? images.outdated : await padImage(images.outdated, { folder, megabytes });
  await pushLayout(scene.registry, image.folder, { repository: 'bench', tags: [size.name] });
}

async function measure(
  scene: RegistryScene,
  { tools }: Prepared,
  size: Size,
  name: BuilderName,
): Promise<Measured> {
  const builder = await startBuilder(name, { scene, tools });
  let measured: Omit<Measured, 'log'> | undefined;
  let log = '';
  try {
    const { seconds } = await patchImage({
      scene,
      tools,
      image: `bench:${size.name}`,
      report: join(scene.login, 'report.json'),
      address: builder.address,
      target: `staging/bench:${size.name}-${name}`,
    });
    measured = { seconds, megabytes: await builder.diskMegabytes() };
  } finally {
    log = await builder.stop();
  }
  return { ...measured, log };
}

function report(size: Size, upstream: Measured, own: Measured): void {
  const time = own.seconds / upstream.seconds;
  const disk = own.megabytes / upstream.megabytes;
  const verdict = (ratio: number, limit: number) =>
    `${ratio.toFixed(2)} ×, ${ratio <= limit ? 'within' : 'OVER'} ${limit}`;
  console.log(
    [
      `${size.megabytes} MB:`,
      `  time: upstream ${upstream.seconds.toFixed(1)} s, mount-free ${own.seconds.toFixed(1)} s` +
        ` (${verdict(time, size.timeLimit)})`,
      `  disk: upstream ${upstream.megabytes} MB, mount-free ${own.megabytes} MB` +
        ` (${verdict(disk, DISK_LIMIT)})`,
    ].join('\n'),
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
