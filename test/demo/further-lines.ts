import type { DemoOutcome } from './outcome.ts';

/** How to look further, as lines to copy: the outcomes in Table Storage, one report, one patch. */
export function furtherLines(options: {
  readonly runId: string;
  readonly registry: string;
  readonly outcomes: readonly DemoOutcome[];
  /** The file to source, while all is up; undefined: it has ended. */
  readonly environmentFile: string | undefined;
  /** The command that shows this demo again and leaves it up. */
  readonly keepCommand: string;
}): string[] {
  const { runId, registry, outcomes, environmentFile } = options;
  const patched = outcomes.find(({ state }) => state === 'patched');
  const reported = patched ?? outcomes.find(({ reportBefore }) => reportBefore !== undefined);
  const intro =
    environmentFile === undefined
      ? [`To look further, leave it up: ${options.keepCommand}`, 'It prints these commands for it:']
      : ['To look further, in another terminal:', '', `  . ${environmentFile}`];
  return [
    ...intro,
    '',
    '  # the outcomes, in Table Storage',
    '  az storage entity query --table-name PatchwrightTargets --output table \\',
    `    --filter "PartitionKey eq '${runId}'" \\`,
    '    --select repository tag state reason patchTag beforeFixable',
    ...(reported?.reportBefore === undefined ? [] : reportLines(reported, reported.reportBefore)),
    ...(patched === undefined ? [] : patchLines(patched, registry)),
    ...(environmentFile === undefined ? [] : againLines()),
  ];
}

function reportLines({ image }: DemoOutcome, blob: string): string[] {
  return [
    '',
    `  # Trivy's report of ${image}`,
    '  az storage blob download --container-name patchwright-reports --file report.json \\',
    `    --name ${blob}`,
  ];
}

function patchLines(patched: DemoOutcome, registry: string): string[] {
  const repository = patched.image.slice(0, patched.image.lastIndexOf(':'));
  return [
    '',
    '  # the patched image, with its annotations',
    `  skopeo inspect --raw docker://${registry}/${repository}:${patched.patchTag}`,
  ];
}

function againLines(): string[] {
  return [
    '',
    '  # another run, which finds nothing to do',
    '  curl -X POST -H "x-functions-key: $PATCHWRIGHT_KEY" $PATCHWRIGHT_APP/runs',
  ];
}
