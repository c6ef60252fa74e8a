/** A map of bounded size: what was longest neither read nor written makes room for what is new. */
export class RecentMap<V> {
  private readonly limit: number;
  private readonly entries = new Map<string, V>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.entries.size;
  }

  get(name: string): V | undefined {
    const value = this.entries.get(name);
    if (value !== undefined) this.place(name, value);
    return value;
  }

  set(name: string, value: V): void {
    this.place(name, value);
    if (this.entries.size > this.limit) for (const oldest of this.entries.keys()) if (this.entries.delete(oldest)) break;
  }

  delete(name: string): void {
    this.entries.delete(name);
  }

  /** A Map keeps the order in which names were added. */
  private place(name: string, value: V): void {
    this.entries.delete(name);
    this.entries.set(name, value);
  }
}
