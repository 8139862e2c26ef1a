/** Another step holds the work, or may hold it: the caller stops without another effect. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost');
    this.name = 'LeaseLost';
  }
}
