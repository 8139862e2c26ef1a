/** Something that happens at a time of its own, and not because of a message. */
export interface Timer {
  readonly at: number;
  readonly name: string;
  readonly fire: () => Promise<void> | void;
}

/** What is to happen, and when: milliseconds of the virtual clock. */
export class Timetable {
  #timers: Timer[] = [];

  at(at: number, name: string, fire: Timer['fire']): void {
    this.#timers.push({ at, name, fire });
  }

  /** Takes out what has been due for longest. */
  takeDue(now: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at)[0];
    if (due !== undefined) this.#timers = this.#timers.filter((timer) => timer !== due);
    return due;
  }

  times(): readonly number[] {
    return this.#timers.map((timer) => timer.at);
  }

  /** Whether anything is to happen but this. */
  holdsMoreThan(name: string): boolean {
    return this.#timers.some((timer) => timer.name !== name);
  }
}
