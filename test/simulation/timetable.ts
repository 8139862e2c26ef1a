/** An event that occurs at a set time, and not because of a message. */
export interface Timer {
  readonly at: number;
  readonly name: string;
  readonly fire: () => Promise<void> | void;
}

/** The pending events and their times, in milliseconds of the virtual clock. */
export class Timetable {
  #timers: Timer[] = [];

  at(at: number, name: string, fire: Timer['fire']): void {
    this.#timers.push({ at, name, fire });
  }

  /** Removes and returns the event that has been due for the longest time. */
  takeDue(now: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at)[0];
    if (due !== undefined) this.#timers = this.#timers.filter((timer) => timer !== due);
    return due;
  }

  times(): readonly number[] {
    return this.#timers.map((timer) => timer.at);
  }

  holds(name: string): boolean {
    return this.#timers.some((timer) => timer.name === name);
  }

  /** True if any event but these is pending. */
  holdsMoreThan(...names: readonly string[]): boolean {
    return this.#timers.some((timer) => !names.includes(timer.name));
  }
}
