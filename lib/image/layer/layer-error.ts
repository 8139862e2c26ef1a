export type LayerFault =
  | 'too-many-entries'
  | 'too-large'
  | 'decompression-bomb'
  | 'not-a-layer'
  | 'unclear-header'
  | 'entries-behind-the-end';

/** The layer's content is unacceptable. The message quotes none of the content. */
export class LayerError extends Error {
  readonly fault: LayerFault;

  constructor(fault: LayerFault, message: string) {
    super(message);
    this.name = 'LayerError';
    this.fault = fault;
  }
}
