export type LayerFault = 'too-many-entries' | 'too-large' | 'decompression-bomb' | 'not-a-layer';

/** What a layer holds makes it unreadable. The message quotes nothing of it. */
export class LayerError extends Error {
  readonly fault: LayerFault;

  constructor(fault: LayerFault, message: string) {
    super(message);
    this.name = 'LayerError';
    this.fault = fault;
  }
}
