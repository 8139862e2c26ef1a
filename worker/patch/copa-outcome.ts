import type { Digest } from '../../lib/image/digest.ts';
import type { PatchFailure } from '../../lib/job/job-result.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import { truncate } from '../../lib/text/truncate.ts';
import { toolFailureMessage } from '../tools/failure-message.ts';
import { classifyFailure, PATCH_FAILURES } from '../tools/failure-table.ts';
import { succeeded, type ToolRun } from '../tools/run-tool.ts';
import { copaFailureLines, copaOwnLines, programLines } from './copa-lines.ts';
import type { TagState } from './staged-tag.ts';

export type CopaOutcome =
  | { readonly outcome: 'patched'; readonly staged: Digest }
  | { readonly outcome: 'nothing-to-do' }
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'failed'; readonly failure: PatchFailure; readonly message: string };

/** Copa exits with 0 in both cases. Texts: `main.go` and `pkg/patch/patch.go` of 0.14.2. */
const UP_TO_DATE = /Image is already up-to-date\. No patch was applied\./;
const PATCHED = /Patched image \(/;

/**
 * runc's message on an image without apt-get, which BuildKit prints among the output of the step. An
 * image that prints it itself only ends its own patch. Seen with runc 1.1.5.
 */
const NO_APT = /runc run failed: .*exec: "apt-get": executable file not found/;

/**
 * Determines the outcome for an image from Copa's exit, its output, and the staging tag before and
 * after. If they disagree, the registry's state takes precedence.
 */
export function copaOutcome(run: ToolRun, before: TagState, after: TagState): CopaOutcome {
  if (run.end.how === 'stopped') return { outcome: 'stopped' };
  const lines = copaOwnLines(run.stderr);
  if (run.end.how === 'time-limit') return failed('timeout', run, lines);
  if (!succeeded(run)) {
    const reason = copaFailureLines(lines);
    const failure = classifyFailure(PATCH_FAILURES, reason, 'tool-failed');
    if (failure === 'package-manager-failed' && programLines(run.stderr).some(isWithoutApt)) {
      return failed('unsupported-os', run, plainLines(run.stderr));
    }
    // The package manager's output explains its failure better than Copa's message.
    const explained = failure === 'package-manager-failed' || failure === 'needs-proc';
    const said = explained ? plainLines(run.stderr) : reason;
    return failed(failure, run, said);
  }

  const text = lines.join('\n');
  if (after.state === 'present') {
    const changed = before.state !== 'present' || before.digest !== after.digest;
    if (before.state === 'unknown' || before.state === 'refused' || !changed) {
      if (UP_TO_DATE.test(text)) return { outcome: 'nothing-to-do' };
      return PATCHED.test(text) ? patched(after.digest) : unexplained(run, lines);
    }
    return patched(after.digest);
  }
  if (after.state === 'absent') {
    return UP_TO_DATE.test(text) ? { outcome: 'nothing-to-do' } : unexplained(run, lines);
  }

  const why = after.state === 'refused' ? 'the registry refused the token' : after.why;
  return {
    outcome: 'failed',
    failure: after.state === 'refused' ? 'unauthorized' : 'tool-failed',
    message: `the staging tag could not be read after the patch: ${why}`,
  };
}

function isWithoutApt(line: string): boolean {
  return NO_APT.test(line);
}

function patched(staged: Digest): CopaOutcome {
  return { outcome: 'patched', staged };
}

function unexplained(run: ToolRun, lines: readonly string[]): CopaOutcome {
  const message = `copa pushed no new manifest under the staging tag; ${toolFailureMessage('copa', run, lines)}`;
  return { outcome: 'failed', failure: 'tool-failed', message: truncate(message, 1000) };
}

function failed(failure: PatchFailure, run: ToolRun, lines: readonly string[]): CopaOutcome {
  return { outcome: 'failed', failure, message: toolFailureMessage('copa', run, lines) };
}
