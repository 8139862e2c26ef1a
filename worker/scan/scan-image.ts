import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../lib/image/digest.ts';
import type { ScanJobFile } from '../../lib/job/job-file.ts';
import {
  MAX_REPORT_BYTES,
  type ScanFailure,
  type ScanImageResult,
} from '../../lib/job/job-result.ts';
import { type ImageTime, nextImageTime } from '../context/image-time.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { errorMessage, toolFailureMessage } from '../tools/failure-message.ts';
import { classifyFailure, SCAN_FAILURES } from '../tools/failure-table.ts';
import { runTool, succeeded, type ToolRun } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { uploadBlob } from '../transfer/upload-blob.ts';
import { scanImage } from './trivy-command.ts';
import { trivyFailureLines } from './trivy-lines.ts';

/** The report exists: this container was restarted after it had written the report. */
export const ALREADY_WRITTEN = 'already-written';

type Image = ScanJobFile['images'][number];

interface Scan {
  readonly job: ScanJobFile;
  readonly image: Image;
  /** The image's index in the job, from 0. */
  readonly index: number;
  readonly cacheFolder: string;
  readonly environment: ToolEnvironment;
}

/** Scans one image and stores its report. Any error becomes this image's result. */
export async function scanOneImage(
  context: WorkerContext,
  scan: Scan,
): Promise<ScanImageResult | typeof ALREADY_WRITTEN> {
  const { job, image, index } = scan;
  const time = nextImageTime(context, job);
  if (time === undefined) return { digest: image.digest, outcome: 'not-started' };

  const reportFile = join(context.scratch, `report-${index}.json`);
  try {
    const options = { ...scan, reportFile, seconds: time.seconds };
    const run = await runTool(context, scanImage(job, image, options), time.seconds);
    if (!succeeded(run)) return unsuccessful(scan, run, time);
    return await storeReport(context, image, reportFile);
  } catch (error) {
    return failed(image, 'tool-failed', errorMessage(error, context.secrets));
  } finally {
    await rm(reportFile, { force: true });
    await scan.environment.clearTemporary();
  }
}

function unsuccessful({ image, index }: Scan, run: ToolRun, time: ImageTime): ScanImageResult {
  if (run.end.how === 'stopped') return { digest: image.digest, outcome: 'not-started' };

  const lines = trivyFailureLines(run.stderr);
  const failure = failureOf(run, lines);
  // Not the image's fault: earlier images used up the time.
  if (failure === 'timeout' && time.cutShort && index > 0) {
    return { digest: image.digest, outcome: 'not-started' };
  }
  return failed(image, failure, toolFailureMessage('trivy', run, lines));
}

function failureOf({ end }: ToolRun, lines: readonly string[]): ScanFailure {
  if (end.how === 'time-limit') return 'timeout';
  if (end.how === 'memory-limit') return 'out-of-memory';
  return classifyFailure(SCAN_FAILURES, lines, 'tool-failed');
}

async function storeReport(
  context: WorkerContext,
  image: Image,
  reportFile: string,
): Promise<ScanImageResult | typeof ALREADY_WRITTEN> {
  const { size } = await stat(reportFile);
  if (size > MAX_REPORT_BYTES) {
    return failed(image, 'report-too-large', `the report has ${size} bytes`);
  }

  const bytes = new Uint8Array(await readFile(reportFile));
  const upload = await uploadBlob(context, image.reportUrl, bytes);
  switch (upload.outcome) {
    case 'created':
      return {
        digest: image.digest,
        outcome: 'scanned',
        reportSha256: sha256Hex(bytes),
      };
    case 'exists':
      return ALREADY_WRITTEN;
    case 'failed':
      return failed(image, 'tool-failed', `the report was not stored: ${upload.why}`);
  }
}

function failed(image: Image, failure: ScanFailure, message: string): ScanImageResult {
  return { digest: image.digest, outcome: 'failed', failure, message };
}
