import type { Command } from './command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { retryCommand } from './retry/retry-command.ts';

/**
 * Every command, in the order of the help. A new command is a folder beside `doctor/` and a line here.
 */
export const COMMANDS: readonly Command[] = [doctorCommand, retryCommand];
