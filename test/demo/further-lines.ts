import type { DemoOutcome } from './outcome.ts';

/** Commands to copy: the outcomes in Table Storage, one report, one patch. */
export function furtherLines(options: {
  readonly runId: string;
  readonly registry: string;
  readonly outcomes: readonly DemoOutcome[];
  /** The file to source while everything runs; undefined if it has ended. */
  readonly environmentFile: string | undefined;
  /** The command that repeats this demo and leaves everything running. */
  readonly keepCommand: string;
}): string[] {
  const { runId, registry, outcomes, environmentFile } = options;
  const patched = outcomes.find(({ state }) => state === 'patched');
  const reported = patched ?? outcomes.find(({ reportBefore }) => reportBefore !== undefined);
  const intro =
    environmentFile === undefined
      ? [
          `To look around, leave everything running: ${options.keepCommand}`,
          'It prints these commands:',
        ]
      : ['To look around, in another terminal:', '', `  . ${environmentFile}`];
  return [
    ...intro,
    '',
    '  # the outcomes, in Table Storage',
    '  az storage entity query --table-name PatchwrightTargets --output table \\',
    `    --filter "PartitionKey eq '${runId}'" \\`,
    // az fails to print a table if the keys are not selected.
    '    --select PartitionKey RowKey repository tag state reason patchTag beforeFixable',
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
    '  curl -X POST -H "x-functions-key: $PATCHWRIGHT_FUNCTION_KEY" $PATCHWRIGHT_APP/api/runs',
  ];
}
