/** The demo can't continue for a reason that the user can understand. Shown without a stack trace. */
export class DemoProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DemoProblem';
  }
}
