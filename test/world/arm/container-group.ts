import { type ContainerEvent, ContainerRun, containerEvent } from './container-run.ts';
import type { GroupFault } from './group-fault.ts';
import { type ContainerFolder, createGroupFolder, type GroupFolder } from './group-folder.ts';
import type { Container, GroupRequest } from './group-request.ts';
import {
  type ContainerRuntime,
  type Enclosure,
  isPrivileged,
  type LocalCommand,
  localCommand,
  toolUserOf,
} from './local-command.ts';

export type ProvisioningState = 'Pending' | 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';
export type GroupState = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Stopped';

export interface ContainerGroupOptions {
  readonly name: string;
  readonly resourceGroup: string;
  readonly request: GroupRequest;
  readonly fault: GroupFault | undefined;
  readonly runtime: ContainerRuntime;
  /** Milliseconds from the request to the first start of a container. */
  readonly startDelayMs: number;
  /** Checks during provisioning whether the images can be pulled. */
  readonly imagesAccessible: () => Promise<boolean>;
  /** Called if the group disappears (a fault). */
  readonly onVanished: () => void;
}

/** One container group: provisioned some time after the request, then run to its end. */
export class ContainerGroup {
  readonly name: string;
  readonly resourceGroup: string;
  request: GroupRequest;
  provisioningState: ProvisioningState = 'Pending';
  readonly events: ContainerEvent[] = [];
  runs: readonly ContainerRun[];
  readonly #options: ContainerGroupOptions;
  #folder: GroupFolder | undefined;
  #enclosures: Enclosure[] = [];
  #timers: NodeJS.Timeout[] = [];
  #provisioning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ContainerGroupOptions) {
    this.name = options.name;
    this.resourceGroup = options.resourceGroup;
    this.request = options.request;
    this.#options = options;
    this.runs = options.request.properties.containers.map((one) => new ContainerRun(one));
    this.#scheduleStart();
  }

  /** The state of the group's instance, derived from all its containers. */
  get state(): GroupState {
    if (this.provisioningState === 'Failed') {
      return 'Failed';
    }
    const states = this.runs.map((run) => run.current);
    if (states.some((one) => one.state === 'Running')) {
      return 'Running';
    }
    if (states.every((one) => one.state === 'Terminated')) {
      return states.every((one) => one.exitCode === 0) ? 'Succeeded' : 'Failed';
    }
    return this.runs.some((run) => run.restartCount > 0) ? 'Running' : 'Pending';
  }

  /** True while it uses cores, until all its containers have ended. */
  get active(): boolean {
    return this.state === 'Pending' || this.state === 'Running';
  }

  get transitioning(): boolean {
    return this.provisioningState === 'Pending' || this.provisioningState === 'Creating';
  }

  /** The effect of a second PUT with the same name: everything is stopped and restarted. */
  async restart(request: GroupRequest): Promise<void> {
    await this.#stopRuns();
    this.request = request;
    this.provisioningState = 'Pending';
    this.runs = request.properties.containers.map((one) => new ContainerRun(one));
    this.#scheduleStart();
  }

  /** Ends every process and removes all files. Settles when nothing is left. */
  async remove(): Promise<void> {
    this.#stopped = true;
    this.provisioningState = 'Deleting';
    await this.#stopRuns();
  }

  /** Kills all processes without waiting, for a process that is about to end. */
  killNow(): void {
    for (const run of this.runs) {
      run.killNow();
    }
  }

  async #stopRuns(): Promise<void> {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    await Promise.all(this.runs.map((run) => run.stop()));
    await this.#provisioning;
    for (const enclosure of this.#enclosures.splice(0)) await enclosure.remove();
    await this.#folder?.remove();
    this.#folder = undefined;
  }

  #scheduleStart(): void {
    const { fault, startDelayMs } = this.#options;
    if (fault?.kind === 'stays-pending') {
      return;
    }
    const delay = fault?.kind === 'slow-start' ? fault.delayMs : startDelayMs;
    this.#timers.push(
      setTimeout(() => {
        this.#provisioning = this.#provision();
      }, delay),
    );
  }

  async #provision(): Promise<void> {
    const { fault, imagesAccessible, onVanished, runtime } = this.#options;
    this.provisioningState = 'Creating';
    if (fault?.kind === 'provisioning-failed') {
      this.#failProvisioning(fault.event);
      return;
    }
    for (const run of this.runs) {
      run.events.push(containerEvent('Pulling', 'pulling image'));
    }
    if (!(await imagesAccessible())) {
      this.#failProvisioning('InaccessibleImage');
      return;
    }
    const { volumes = [], containers, restartPolicy = 'Always' } = this.request.properties;
    const shared = containers.some((one) => toolUserOf(one, runtime) !== undefined);
    const folder = await createGroupFolder(volumes, containers, { shared });
    this.#folder = folder;
    const commands = new Map<ContainerRun, () => LocalCommand>();
    for (const run of this.runs) {
      const own = folder.of(run.container);
      commands.set(run, await this.#commandOf(run.container, own));
    }
    if (this.#stopped) {
      return;
    }
    this.provisioningState = 'Succeeded';
    for (const [run, command] of commands) {
      run.events.push(containerEvent('Pulled', 'Successfully pulled image'));
      const own = folder.of(run.container);
      run.start({ folder: own, command, restartPolicy, fault, onEnded: () => undefined });
    }
    if (fault?.kind === 'vanishes') {
      this.#timers.push(setTimeout(onVanished, fault.afterMs));
    }
  }

  async #commandOf(container: Container, folder: ContainerFolder): Promise<() => LocalCommand> {
    const { runtime } = this.#options;
    const command = localCommand(container, folder, runtime);
    if (runtime.enclose === undefined || isPrivileged(container)) return () => command;
    const enclosure = await runtime.enclose(command, folder);
    this.#enclosures.push(enclosure);
    return () => enclosure.next();
  }

  #failProvisioning(name: 'InsufficientCapacity' | 'InaccessibleImage'): void {
    const messages = {
      InsufficientCapacity: 'Insufficient capacity available for the requested resources.',
      InaccessibleImage: 'Failed to pull image: the image is not accessible.',
    };
    this.provisioningState = 'Failed';
    this.events.push(containerEvent(name, messages[name], 'Warning'));
  }
}
