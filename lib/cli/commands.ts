import type { Command } from './command.ts';
import { completionCommand } from './completion/completion-command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { evidenceCommand } from './evidence/evidence-command.ts';
import { evidenceVerifyCommand } from './evidence/evidence-verify-command.ts';
import { exportCommand } from './export/export-command.ts';
import { findingsCommand } from './findings/findings-command.ts';
import { imagesListCommand } from './images/images-list-command.ts';
import { imagesShowCommand } from './images/images-show-command.ts';
import { whyCommand } from './images/why-command.ts';
import { poisonListCommand } from './poison/poison-list-command.ts';
import { poisonReplayCommand } from './poison/poison-replay-command.ts';
import { reportCommand } from './report/report-command.ts';
import { coverageCommand } from './repositories/coverage-command.ts';
import { retryCommand } from './retry/retry-command.ts';
import { runsCancelCommand } from './runs/runs-cancel-command.ts';
import { runsListCommand } from './runs/runs-list-command.ts';
import { runsShowCommand } from './runs/runs-show-command.ts';
import { runsStartCommand } from './runs/runs-start-command.ts';
import { runsWatchCommand } from './runs/runs-watch-command.ts';
import { statusCommand } from './status/status-command.ts';
import { openCommand } from './web/open-command.ts';
import { webhookTestCommand } from './webhook/webhook-test-command.ts';

const OWN: readonly Command[] = [
  statusCommand,
  runsListCommand,
  runsShowCommand,
  runsStartCommand,
  runsWatchCommand,
  runsCancelCommand,
  imagesListCommand,
  imagesShowCommand,
  whyCommand,
  reportCommand,
  findingsCommand,
  coverageCommand,
  exportCommand,
  evidenceCommand,
  evidenceVerifyCommand,
  retryCommand,
  poisonListCommand,
  poisonReplayCommand,
  openCommand,
  webhookTestCommand,
  doctorCommand,
];

/**
 * Every command, in the order of the help. A new command is a folder beside `doctor/` and a line here.
 */
export const COMMANDS: readonly Command[] = [...OWN, completionCommand(OWN)];
