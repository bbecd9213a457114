/** Streams that are open: they last for as long as their clients want, and only this ends them from the server's side. */
export class OpenStreams {
  private readonly ends = new Set<() => void>();
  private isStopping = false;

  /**
   * Has a stream ended when the server stops, at once where it does already.
   * @returns forgets the stream.
   */
  add(end: () => void): () => void {
    if (this.isStopping) end();
    else this.ends.add(end);
    return () => this.ends.delete(end);
  }

  /** Ends every open stream, and from now on each new one. For shutdown. */
  endAll(): void {
    this.isStopping = true;
    for (const end of this.ends) end();
    this.ends.clear();
  }
}
