/** The demo can't go on, for a reason that the user can understand: shown without a stack. */
export class DemoProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DemoProblem';
  }
}
