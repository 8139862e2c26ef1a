import { createContainerLog } from './container-log.ts';
import { type ContainerProcess, startContainerProcess } from './container-process.ts';
import type { GroupFault } from './group-fault.ts';
import type { ContainerFolder } from './group-folder.ts';
import type { Container } from './group-request.ts';
import type { LocalCommand } from './local-command.ts';

export type ContainerState =
  | { readonly state: 'Waiting'; readonly detailStatus: string }
  | { readonly state: 'Running'; readonly startTime: string; readonly detailStatus: string }
  | {
      readonly state: 'Terminated';
      readonly startTime: string;
      readonly finishTime: string;
      readonly exitCode: number;
      readonly detailStatus: string;
    };

export interface ContainerEvent {
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly name: string;
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
}

export function containerEvent(
  name: string,
  message: string,
  type: 'Normal' | 'Warning' = 'Normal',
): ContainerEvent {
  const at = new Date().toISOString();
  return { count: 1, firstTimestamp: at, lastTimestamp: at, name, message, type };
}

/** One container of a group from its first start to its last end. */
export class ContainerRun {
  readonly container: Container;
  readonly log = createContainerLog();
  readonly events: ContainerEvent[] = [];
  current: ContainerState = { state: 'Waiting', detailStatus: '' };
  previous: ContainerState | undefined;
  restartCount = 0;
  #process: ContainerProcess | undefined;
  #timers: NodeJS.Timeout[] = [];
  #stopped = false;

  constructor(container: Container) {
    this.container = container;
  }

  get ended(): boolean {
    return this.current.state === 'Terminated';
  }

  /** Starts it, and restarts it according to the restart policy and the fault. */
  start(options: {
    readonly folder: ContainerFolder;
    /** The command of one more start. */
    readonly command: () => LocalCommand;
    readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
    readonly fault: GroupFault | undefined;
    /** Called when it will not be restarted. */
    readonly onEnded: () => void;
  }): void {
    if (this.#stopped) {
      return;
    }
    const { fault } = options;
    const startTime = new Date().toISOString();
    this.current = { state: 'Running', startTime, detailStatus: '' };
    this.events.push(containerEvent('Started', 'Started container'));
    if (fault?.kind === 'ends-without-running') {
      this.#finish(startTime, fault.exitCode, options.onEnded);
      return;
    }
    if (fault?.kind === 'never-ends') {
      return;
    }
    const { folder } = options;
    const process = startContainerProcess(options.command(), { folder, log: this.log });
    this.#process = process;
    let outOfMemory = false;
    let restart = false;
    if (fault?.kind === 'out-of-memory') {
      this.#later(fault.afterMs, () => {
        outOfMemory = true;
        process.kill();
      });
    }
    if (fault?.kind === 'restarted' && this.restartCount === 0) {
      this.#later(fault.afterMs, () => {
        restart = true;
        process.kill();
      });
    }
    void process.ended.then((code) => {
      this.#process = undefined;
      if (this.#stopped) {
        return;
      }
      const policy = options.restartPolicy;
      if (restart || policy === 'Always' || (policy === 'OnFailure' && code !== 0)) {
        this.#startAgain(startTime, code, options);
        return;
      }
      this.#finish(startTime, code, options.onEnded, outOfMemory);
    });
  }

  /** Kills the process without a restart. Settles when it has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    const process = this.#process;
    process?.kill();
    await process?.ended;
  }

  killNow(): void {
    this.#process?.kill();
  }

  #later(afterMs: number, action: () => void): void {
    this.#timers.push(setTimeout(action, afterMs));
  }

  #startAgain(
    startTime: string,
    exitCode: number,
    options: Parameters<ContainerRun['start']>[0],
  ): void {
    this.previous = terminated(startTime, exitCode, 'Error');
    this.current = {
      state: 'Waiting',
      detailStatus: 'CrashLoopBackOff: Back-off restarting failed',
    };
    this.restartCount += 1;
    this.events.push(containerEvent('Killing', 'Killing container'));
    this.#later(200, () => this.start(options));
  }

  #finish(startTime: string, exitCode: number, onEnded: () => void, outOfMemory = false): void {
    const detail = outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    this.current = terminated(startTime, exitCode, detail);
    this.log.trim();
    onEnded();
  }
}

function terminated(startTime: string, exitCode: number, detailStatus: string): ContainerState {
  const finishTime = new Date().toISOString();
  return { state: 'Terminated', startTime, finishTime, exitCode, detailStatus };
}
