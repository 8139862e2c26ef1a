/**
 * A stand-in for Copa, for tests and the demo: never shipped. It runs no package manager: it reads
 * the package database in the source's layers and pushes a real layer in which the packages of the
 * report are newer.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { takeInventory } from '../packages/operating-system.ts';
import {
  messageOf,
  type ParsedFlags,
  type ProgramContext,
  parseFlags,
  parseGoDuration,
  requiredFlag,
  withTimeLimit,
} from '../program.ts';
import { parseImageReference } from '../registry/image-reference.ts';
import { type PulledImage, pullImage } from '../registry/pulled-image.ts';
import { accessFromEnvironment, registryRepository } from '../registry/registry-client.ts';
import { type TroubledRun, troubledRun, troubleOf } from './apt-trouble.ts';
import { parsePatchTarget, reachBuildkit } from './buildkit-connection.ts';
import { type CopaFault, faultOf, faultyLayers } from './faults.ts';
import { spoilImage } from './faulty-image.ts';
import { appendLayers, type PatchedImage } from './patched-image.ts';
import { pushImage } from './push-image.ts';
import { latestUpdates, parseReport, type UpdateManifest } from './updates.ts';
import { upgradePackages } from './upgrade.ts';
import { vexDocument } from './vex.ts';

/** The release that it imitates, marked as a stand-in. */
const COPA_STAND_IN_VERSION = '0.14.2-stand-in';

const FLAGS = {
  addr: { type: 'string', short: 'a' },
  cacert: { type: 'string' },
  cert: { type: 'string' },
  format: { type: 'string', short: 'f' },
  image: { type: 'string', short: 'i' },
  key: { type: 'string' },
  output: { type: 'string', short: 'o' },
  platform: { type: 'string' },
  progress: { type: 'string' },
  push: { type: 'boolean', short: 'p' },
  report: { type: 'string', short: 'r' },
  tag: { type: 'string', short: 't' },
  timeout: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
} as const;

const UP_TO_DATE = 'Image is already up-to-date. No patch was applied.';

type Log = (level: 'info' | 'warning' | 'error', message: string) => void;

class NothingToDo extends Error {
  override readonly name = 'NothingToDo';
}

export async function copa(context: ProgramContext): Promise<number> {
  const log: Log = (level, message) => {
    const time = context.now().toISOString().slice(0, 19);
    context.stderr(`time="${time}Z" level=${level} msg=${JSON.stringify(message)}\n`);
  };
  try {
    const flags = parseFlags(context.args, FLAGS);
    if (flags.isSet('version')) {
      context.stdout(`copa version ${COPA_STAND_IN_VERSION}\n`);
      return 0;
    }
    log('info', `This is Patchwright's stand-in for Copa (${COPA_STAND_IN_VERSION}), not Copa`);
    if (flags.positionals[0] !== 'patch') {
      throw new Error(`unknown command "${flags.positionals[0] ?? ''}" for "copa"`);
    }
    const limit = flags.text('timeout') ?? '5m';
    await withTimeLimit(
      patch(context, flags, log),
      parseGoDuration(limit),
      `patch exceeded timeout of ${limit}`,
    );
    return 0;
  } catch (error) {
    if (error instanceof NothingToDo) {
      context.stderr('Error: No Updates Available\n  No package updates were found\n');
      log('info', UP_TO_DATE);
      return 0;
    }
    context.stderr(`Error: ${messageOf(error)}\n`);
    return 1;
  }
}

async function patch(context: ProgramContext, flags: ParsedFlags, log: Log): Promise<void> {
  const reference = requiredFlag(flags, 'image');
  const source = parseImageReference(reference);
  const target = parsePatchTarget(requiredFlag(flags, 'tag'));
  if (!flags.isSet('push')) {
    throw new Error('the stand-in has no Docker to load an image into: it needs --push');
  }
  const report = parseReport(await readFile(requiredFlag(flags, 'report'), 'utf8'));
  if (report.updates.length === 0) {
    throw new NothingToDo('no package updates found for image');
  }
  await reachBuildkit(requiredFlag(flags, 'addr'));
  const access = await accessFromEnvironment(source.host, context.env);
  const sourceRepository = registryRepository(access, source.repository);
  const image = await pullImage(sourceRepository, source.reference);
  const fault = faultOf(image.config);
  await actOnFault(fault);
  const now = context.now();
  const run = troubledRun(troubleOf(image.config), latestUpdates('dpkg', report.updates));
  printTrouble(context, run, log);
  const patched = await buildPatch({
    ...{ image, report, reference, tag: target.tag, now, log },
    fault: run.removes === true ? 'lose-package' : fault,
  });
  context.stderr(
    `#1 [stand-in] Installing ${report.updates.length} security updates\n#1 DONE 0.0s\n`,
  );
  const digest =
    fault === 'lie'
      ? undefined
      : await pushImage({
          image,
          patched,
          source: sourceRepository,
          sourceRepository: source.repository,
          target: registryRepository(access, target.repository),
          tag: target.tag,
        });
  const output = flags.text('output');
  if (output !== undefined && digest !== undefined) {
    const name = `${target.repository.replace(/^.*\//, '')}@${digest}`;
    await writeFile(output, `${JSON.stringify(vexDocument(report, name, now), null, 2)}\n`);
  }
  const { length } = report.updates;
  log('info', `Patch Summary: ${length} total, ${length} patched, 0 skipped`);
  log('info', `Patched image (linux/amd64): ${target.host}/${target.repository}:${target.tag}\n`);
}

async function actOnFault(fault: CopaFault | undefined): Promise<void> {
  switch (fault) {
    case 'fail-apt':
      throw new Error(
        'failed to solve: process "apt-get -o Acquire::Retries=3 update" did not complete successfully: exit code: 100',
      );
    case 'nothing-to-do':
      throw new NothingToDo('no package updates found for image');
    case 'hang':
      return new Promise<never>(() => undefined);
    default:
      return;
  }
}

/** Prints apt's output like BuildKit's progress, each line with its step and time. */
function printTrouble(context: ProgramContext, run: TroubledRun, log: Log): void {
  for (const line of run.apt) context.stderr(`#9 0.123 ${line}\n`);
  for (const line of run.copa) log('error', line);
  if (run.error !== undefined) throw new Error(run.error);
}

interface BuildOptions {
  readonly image: PulledImage;
  readonly report: UpdateManifest;
  readonly reference: string;
  readonly tag: string;
  readonly fault: CopaFault | undefined;
  readonly now: Date;
  readonly log: Log;
}

async function buildPatch(options: BuildOptions): Promise<PatchedImage> {
  const { image, report, fault, now, log } = options;
  const { family, name } = report.os;
  if (family === '' || name === '') {
    throw new Error(
      `vulnerability report metadata is incomplete: OS type="${family}", version="${name}"`,
    );
  }
  if (!['debian', 'ubuntu', 'alpine'].includes(family)) {
    throw new Error(`unsupported osType ${family} specified`);
  }
  const { database } = takeInventory(image.files);
  if (database === undefined) {
    throw new Error('could not infer DPKG status of target image');
  }
  const wanted = fault === 'no-op' ? new Map() : latestUpdates(database.kind, report.updates);
  const upgrade = upgradePackages(image.files, database, wanted, now);
  for (const missing of upgrade.missing) {
    log('warning', `Package ${missing} is not installed, may have been uninstalled during upgrade`);
  }
  for (const { installed, version } of upgrade.upgraded) {
    const required = wanted.get(installed.name);
    log(
      'info',
      `Validated package ${installed.name} version ${version} meets requested version ${required}`,
    );
  }
  const patched = await appendLayers({
    image,
    sourceReference: options.reference,
    patchedTag: options.tag,
    added: faultyLayers(fault, upgrade.layers),
    now,
  });
  return fault === undefined ? patched : spoilImage(fault, patched, image.manifest.layers.length);
}
